/** Flow control of a sync, for every moment at which a client may take a push: no wait is missed, and the window is used. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientData } from '../src/connection/client-data.js';
import { type FeedStore, MissedPushes } from '../src/connection/missed-pushes.js';
import type { MailedMessage } from '../src/store/mailed-messages.js';
import { WINDOW_PUSHES } from '../src/util/push-window.js';

/** Each push has one message of this size, whatever the window. */
const WINDOW = 2;

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

const mailOf = (msg_id: number): MailedMessage => ({
  conversation: { msg_type: 3, key: 1, from_appkey: 'app', from_username: 'u', from_gid: 0 },
  wire: {
    msg_id,
    msg_type: 3,
    from_uid: 1,
    from_gid: 0,
    ctime_ms: 0,
    msg_level: 0,
    need_receipt: false,
    content: {} as MailedMessage['wire']['content'],
  },
});

/** The part of the store that a sync reads, with these ids. */
const storeOf = (idsNow: () => readonly number[]): FeedStore => {
  const mailboxes: Partial<FeedStore['mailboxes']> = {
    trimPending: async () => {},
    unread: async () => new Map(),
    async *missed() {
      yield [...idsNow()];
    },
    async *slices(_uid, ids) {
      yield ids.map(mailOf);
    },
  };
  return { mailboxes } as FeedStore;
};

/** A session whose client takes each push after so many ticks, and in their order. */
class World {
  readonly pushed: number[] = [];
  mostOnTheirWay = 0;
  readonly #missed: MissedPushes;
  #taken = 0;
  #waited = 0;
  #isDraining = false;
  #ids: readonly number[] = [];

  constructor(
    private readonly delays: readonly number[],
    drainTurns: number,
  ) {
    this.#missed = new MissedPushes(
      1,
      'web',
      storeOf(() => this.#ids),
      {
        push: (_event, payload) => {
          this.pushed.push((payload as { sync_key: number }).sync_key);
          this.mostOnTheirWay = Math.max(this.mostOnTheirWay, this.onTheirWay);
          this.tick();
        },
        turn: (work) => work(),
        drained: async () => {
          this.#isDraining = true;
          await turns(drainTurns);
          this.#isDraining = false;
          this.tick();
        },
        giveUp: () => {},
        isOpen: () => true,
      },
      { syncPushBytes: WINDOW },
      new ClientData(10),
    );
  }

  get onTheirWay(): number {
    return this.pushed.length - this.#taken;
  }

  /** The client takes what is due. Its requests arrive one after the other. */
  tick(): void {
    for (;;) {
      const key = this.pushed[this.#taken];
      if (key === undefined || this.#waited < (this.delays[this.#taken % this.delays.length] ?? 0)) break;
      this.#waited = 0;
      this.#taken += 1;
      this.#missed.window.taken(key);
    }
    this.#waited += 1;
  }

  /** The client takes no push of the sync that has ended: nothing waits for it. */
  leaveTheRest(): void {
    this.#taken = this.pushed.length;
    this.#waited = 0;
  }

  /** @returns how many pushes were on their way whenever the sync waited for the client */
  async sync(ids: readonly number[]): Promise<number[]> {
    this.#ids = ids;
    const before = this.pushed.length;
    let isOver = false;
    const upTo = ids.at(-1) ?? 0;
    const request = { key: 0, eventKey: 0, roaming: false, window: WINDOW };
    const over = this.#missed
      .messages(request, upTo, () => {})
      .then(() => {
        isOver = true;
      });
    const waits: number[] = [];
    for (let tick = 0; !isOver && tick < 20 * ids.length; tick += 1) {
      // Enough for all that the sync does by itself up to its next wait.
      do await turns(5);
      while (this.#isDraining);
      if (!isOver) waits.push(this.onTheirWay);
      this.tick();
    }
    await turns(5);
    expect(isOver, 'the sync waits though its client has taken every push').toBe(true);
    await over;
    expect(this.pushed.slice(before)).toEqual(ids);
    return waits;
  }
}

const delays = fc.array(fc.nat(5), { minLength: 1, maxLength: 12 });
const drainTurns = fc.nat(2);
const idsOf = (count: number, first = 1): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

describe('a sync with a window, whenever its client takes a push', () => {
  it('ends, with the whole window on its way at every wait and never more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        delays,
        drainTurns,
        async (count, delays, drainTurns) => {
          const world = new World(delays, drainTurns);
          const waits = await world.sync(idsOf(count));
          expect(world.mostOnTheirWay).toBeLessThanOrEqual(WINDOW_PUSHES);
          expect(new Set(waits)).toEqual(waits.length > 0 ? new Set([WINDOW_PUSHES]) : new Set());
        },
      ),
    );
  });

  it('ends after an earlier sync of the session, though that one had other keys and its last pushes were not taken', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
        delays,
        drainTurns,
        fc.boolean(),
        async ([first, second], delays, drainTurns, isLeft) => {
          const world = new World(delays, drainTurns);
          await world.sync(idsOf(6, first));
          if (isLeft) world.leaveTheRest();
          await world.sync(idsOf(6, second));
        },
      ),
    );
  });

  it('ends when the client has gone', async () => {
    const missed = new MissedPushes(
      1,
      'web',
      storeOf(() => idsOf(9)),
      {
        push: () => {},
        turn: (work) => work(),
        drained: async () => {},
        giveUp: () => {},
        isOpen: () => true,
      },
      { syncPushBytes: WINDOW },
      new ClientData(10),
    );
    const request = { key: 0, eventKey: 0, roaming: false, window: WINDOW };
    const over = missed.messages(request, 9, () => {});
    await turns(10);
    missed.window.close();
    await over;
  });
});
