/** The outboxes of all tabs: waits for them, and notes their entries in the history. */
import { until } from '../kit/until.js';
import { type ProfileName, slotsOf } from './cast.js';
import type { History } from './history.js';
import type { Stage, Status } from './stage.js';

/** The limit of slow steps: five tries of half a minute, and the queue behind them. */
const SETTLE_TIMEOUT_MS = 240_000;

export class Outboxes {
  constructor(
    private readonly stage: Stage,
    private readonly history: History,
    private readonly slots: readonly number[],
  ) {}

  /** Data on a disk that fails before a worker has read them cannot be saved. So the worker reads them before this fault. */
  async read(profile: ProfileName): Promise<boolean> {
    const isRead = async (slot: number) => {
      const tab = this.stage.tab(slot);
      return tab?.isJoined === true && (await tab.status().catch(() => undefined))?.hasOutbox === true;
    };
    const all = async () =>
      (await Promise.all(slotsOf(profile, this.slots).map(isRead))).every((read) => read);
    return until(`the outboxes of ${profile} to be read`, all, SETTLE_TIMEOUT_MS).catch(() => false);
  }

  /** Waits until every send of these tabs and their accounts is terminal. */
  async settled(what: string, slots: readonly number[]): Promise<boolean> {
    let last = '';
    const isDone = async () => {
      const states = await Promise.all(
        slots.map(async (slot) => {
          const tab = this.stage.tab(slot);
          if (!tab?.isJoined) return `slot ${slot} is not in`;
          const status = await tab.status().catch(() => undefined);
          if (!status) return `${tab.record.name} does not answer`;
          const { isReady, isOpen, outbox } = status;
          this.#note(outbox);
          const waiting = outbox.filter(({ state }) => state === 'queued' || state === 'sending');
          if (isReady && isOpen === 0 && waiting.length === 0) return '';
          return `${tab.record.name}: ${isReady ? 'ready' : 'not ready'}, ${isOpen} calls open, outbox ${JSON.stringify(waiting)}`;
        }),
      );
      last = states.filter((state) => state !== '').join('\n');
      return last === '';
    };
    return until(what, isDone, SETTLE_TIMEOUT_MS).catch(() => {
      this.history.stuck.push(`waited ${SETTLE_TIMEOUT_MS / 1_000} s for: ${what}\n${last}`);
      return false;
    });
  }

  /** Notes the entries of every tab that answers. */
  async noteAll(): Promise<void> {
    const statuses = this.stage.tabs.map((tab) => tab.status().catch(() => ({ outbox: [] })));
    for (const { outbox } of await Promise.all(statuses)) this.#note(outbox);
  }

  /** An outbox entry in the state failed counts as reported, even if no page received the report. A later disk failure may delete it. */
  #note(outbox: Status['outbox']): void {
    const at = Date.now();
    for (const { name, state, code } of outbox) {
      const { outbox: noted } = this.history.sends.get(name) ?? {};
      if (noted?.at(-1)?.state !== state) noted?.push({ at, state, code, by: 'getOutbox' });
    }
  }
}
