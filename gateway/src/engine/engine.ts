/**
 * The link between the nodes of one gateway. `memory.ts` is for a single process, `redis.ts` for several. The database stays the only truth:
 * a note that is lost costs time and never a stored message.
 */

import type { PushEvent } from '../../../src/protocol/index.js';
import type { CacheName } from '../store/cache-changes.js';
import type { UploadsUnderWay } from '../store/media-quota.js';
import type { Committed } from '../store/order.js';
import type { Limiter } from '../util/limiter.js';

/** The tables whose rows are committed in the order of their ids. */
export type StreamName = 'messages' | 'events' | 'rooms';

/** Cached data that were changed. */
export type Cached = CacheName | 'standing';

/** A message from one node to the others. */
export type Note =
  | ({
      kind: 'stored';
      stream: StreamName;
      /** The accounts and groups (or rooms) that it concerns. */
      uids: readonly number[];
      gids: readonly number[];
    } & Committed)
  /** Pushed to whoever is here, and stored nowhere. */
  | { kind: 'push'; uids: readonly number[]; event: PushEvent; payload: object; platform?: string }
  /** A session of the account was opened or ended: its seats say which. */
  | { kind: 'seat'; uid: number }
  | { kind: 'forget'; cached: Cached; key: number | string }
  /** Requests that accounts made elsewhere. */
  | { kind: 'spent'; requests: readonly (readonly [uid: number, requests: number])[] };

/** A live session, as the other nodes know it. */
export interface SeatedSession {
  uid: number;
  platform: string;
  /** The higher is the newer one. */
  seat: number;
  id: string;
  agent: string;
  address: string;
  loginMs: number;
}

/** Names that all nodes remember for some time, as long as Redis does. */
export interface Memory {
  remember(name: string, forMs: number): void;
  remembers(name: string): Promise<boolean>;
}

export interface Engine extends Memory {
  /** Whether other nodes serve the same data. */
  readonly isShared: boolean;
  /** Whether the other nodes can be reached now. */
  readonly isUp: boolean;
  /** How many nodes there are, with this one. */
  readonly nodes: number;
  /** Passes a note on to every other node, if they can be reached. */
  publish(note: Note): void;
  /** The same. Resolves when the other nodes have taken note of it, or the wait for them is over. */
  announce(note: Note): Promise<void>;
  /** @param onNote resolves when the note has taken effect */
  listen(onNote: (note: Note) => Promise<void> | void): void;
  /** Called when notes may have been lost. */
  onGap(action: () => void): void;

  enter(session: SeatedSession): void;
  leave(session: SeatedSession): void;
  /** The sessions of an account on other nodes. @throws when these cannot be asked */
  elsewhere(uid: number): Promise<SeatedSession[]>;

  enterRoom(roomId: number, uid: number): void;
  leaveRoom(roomId: number, uid: number): void;
  /** How many accounts are in each of the rooms, on all nodes; here are `local` of them. */
  roomMembers(roomIds: readonly number[], local: (roomId: number) => number): Promise<number[]>;

  /** Limits over all nodes. @param local counts for this node alone while the others cannot be reached */
  limiter(local: Limiter): Limiter;
  /** Uploads under way on all nodes. @param local as above */
  uploads(local: UploadsUnderWay): UploadsUnderWay;
  close(): Promise<void>;
}
