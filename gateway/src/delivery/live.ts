/** The sessions of accounts on all nodes: which are online, pushes to them that are stored nowhere, and changes of cached data. */
import type { PushEvent } from '../../../src/protocol/index.js';
import type { Connection } from '../connection/connection.js';
import type { CachedById, Engine, SeatedSession } from '../engine/engine.js';
import type { Account } from '../store/accounts.js';
import type { Store } from '../store/index.js';
import { forgetCached } from './forget-cached.js';
import type { Nodes } from './nodes.js';
import type { Presence } from './presence.js';

interface To {
  /** Has it already. */
  except?: Connection;
  /** Only sessions of this one. */
  platform?: string;
}

export class Live {
  constructor(
    private readonly engine: Engine,
    private readonly nodes: Nodes | undefined,
    private readonly presence: Presence<Connection>,
    private readonly store: Pick<Store, 'groups' | 'lists' | 'rooms'>,
  ) {}

  /** Whether the sessions of other nodes can be reached. */
  get isUp(): boolean {
    return this.engine.isUp;
  }

  /** @throws when the other nodes cannot be asked */
  async isOnline(uid: number): Promise<boolean> {
    return this.presence.isOnline(uid) || (await this.engine.elsewhere(uid)).length > 0;
  }

  /** The account's sessions on other nodes, as far as they can be asked. */
  elsewhere(uid: number): Promise<SeatedSession[]> {
    return this.engine.elsewhere(uid).catch(() => []);
  }

  push(uids: readonly number[], event: PushEvent, payload: object, { except, platform }: To = {}): void {
    for (const connection of this.presence.among(uids, platform)) {
      if (connection !== except) connection.push(event, payload);
    }
    this.nodes?.push(uids, event, payload, platform);
  }

  /** To be called after the commit of a change to what is cached, and waited for before the change is answered. */
  forget(cached: CachedById | 'standing', key: number): Promise<void> | void {
    if (cached !== 'standing') forgetCached(this.store, cached, key);
    return this.nodes?.forget(cached, key);
  }

  profileChanged({ appkey, username }: Account): Promise<void> | void {
    return this.nodes?.forget('account', `${appkey}\0${username}`);
  }
}
