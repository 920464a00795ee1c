/** The sessions of accounts on all nodes: which are online, pushes to them that are stored nowhere, and changes of cached data. */
import type { PushEvent } from '../../../src/protocol/index.js';
import type { Connection } from '../connection/connection.js';
import type { Engine, SeatedSession } from '../engine/engine.js';
import { type Account, cacheKey } from '../store/accounts.js';
import { type CachedById, noteChange } from '../store/cache-changes.js';
import type { Store } from '../store/index.js';
import type { Change } from './changes.js';
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
    private readonly store: Pick<Store, 'caches'>,
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

  /** Part of a change to what is cached: no node has the old state when the change is answered. */
  async changing(
    { transaction, afterCommit }: Pick<Change, 'transaction' | 'afterCommit'>,
    change: { cached: CachedById; key: number } | { cached: 'account'; account: Account },
  ): Promise<void> {
    const { cached } = change;
    const key = cached === 'account' ? cacheKey(change.account) : change.key;
    if (this.nodes) await noteChange(transaction, { cached, key });
    afterCommit(() =>
      cached === 'account' ? this.nodes?.forget(cached, key) : this.forget(cached, change.key),
    );
  }

  /** To be called after the commit of a change to what is cached, and waited for before the change is answered. */
  forget(cached: CachedById | 'standing', key: number): Promise<void> | void {
    if (cached !== 'standing') this.store.caches[cached].forget(key);
    return this.nodes?.forget(cached, key);
  }
}
