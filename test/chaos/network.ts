/** The faults of the relay: changed frames, and outages. */
import type { Frame, Relay } from '../kit/relay.js';
import type { Verdict } from '../kit/relayed-socket.js';
import type { Action, Swallowed } from './schedule.js';

const SENDS = new Set(['s_across_single_text', 'send_group_msg']);
const ANSWERS = new Set(['s_single_text', 'send_group_msg']);

const MATCHES: Record<Swallowed, (frame: Frame) => boolean> = {
  ack: ({ direction, event }) => direction === 'down' && event === 'ack',
  answer: ({ direction, event }) => direction === 'down' && event !== null && ANSWERS.has(event),
  request: ({ direction, event }) => direction === 'up' && event !== null && SENDS.has(event),
};
const isEvent = ({ event }: Frame) => event !== null;

type NetworkAction = Extract<
  Action,
  { do: 'cut' | 'delay' | 'repeat' | 'swallow' | 'cutOn' | 'freeze' | 'refuse' | 'offline' }
>;

export class Network {
  readonly #undo: (() => void)[] = [];
  /** The number of frames for each kind of fault. */
  readonly frames = new Map<string, number>();

  constructor(
    private readonly relay: Relay,
    private readonly pass: (ms: number) => Promise<void>,
  ) {}

  async carryOut(action: NetworkAction): Promise<void> {
    switch (action.do) {
      case 'cut':
        return this.relay.cutAll();
      case 'delay':
        return this.#next('delay', action.frames, isEvent, { delayMs: action.delayMs });
      case 'repeat':
        return this.#next('repeat', action.frames, isEvent, 'repeat');
      case 'swallow':
        return this.#next(`swallow ${action.what}`, action.frames, MATCHES[action.what], 'drop');
      case 'cutOn':
        return this.#next(`cut on ${action.what}`, 1, MATCHES[action.what], 'cut');
      case 'freeze':
        this.relay.freeze(true);
        await this.pass(action.ms);
        return this.relay.freeze(false);
      case 'offline':
      case 'refuse':
        this.relay.refuse(true);
        if (action.do === 'offline') this.relay.cutAll();
        await this.pass(action.ms);
        return this.relay.refuse(false);
    }
  }

  /** Ends all faults. */
  calm(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.relay.freeze(false);
    this.relay.refuse(false);
  }

  #next(what: string, count: number, matches: (frame: Frame) => boolean, verdict: Verdict): void {
    let left = count;
    this.#undo.push(
      this.relay.rule((frame) => {
        if (left === 0 || !matches(frame)) return 'pass';
        left -= 1;
        this.frames.set(what, (this.frames.get(what) ?? 0) + 1);
        return verdict;
      }),
    );
  }
}
