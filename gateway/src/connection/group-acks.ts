/**
 * Which group messages a session was pushed and has not acknowledged. The store has one mark for each member and group ("has everything up to
 * here"). So an acknowledgement may move it only if no older message is open. A message that was acknowledged out of order, and is not
 * covered by a mark at the end of the session, is pushed again.
 */
interface Open {
  /** In the order of ids. */
  ids: Set<number>;
  highest: number;
}

export class GroupAcks {
  readonly #groups = new Map<number, Open>();
  /** Without a sync there may be older messages that this session was never pushed. */
  #synced = false;

  /** @param limit of open messages in each group: older ones are no longer kept for the account anyway */
  constructor(private readonly limit: number) {}

  /** A sync begins, which pushes everything again that is open. */
  restart(): void {
    this.#synced = true;
    this.#groups.clear();
  }

  pushed(gid: number, id: number): void {
    if (!this.#synced) return;
    const open = this.#groups.get(gid) ?? { ids: new Set(), highest: 0 };
    this.#groups.set(gid, open);
    open.ids.add(id);
    open.highest = Math.max(open.highest, id);
    if (open.ids.size > this.limit) for (const oldest of open.ids) return void open.ids.delete(oldest);
  }

  /** @returns up to where the member now has everything; undefined when that has not changed */
  acknowledged(gid: number, id: number): number | undefined {
    const open = this.#groups.get(gid);
    if (!open?.ids.delete(id)) return undefined;
    for (const oldest of open.ids) return oldest < id ? undefined : oldest - 1;
    return open.highest;
  }

  acknowledgedUpTo(key: number): void {
    for (const { ids } of this.#groups.values()) {
      for (const id of ids) {
        if (id > key) break;
        ids.delete(id);
      }
    }
  }
}
