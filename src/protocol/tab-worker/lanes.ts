/**
 * A tab and its runtime share one port with two lanes: the tab's calls (by Comlink), and the runtime's events. One port keeps both in order.
 * A MessagePort or a BroadcastChannel serves as the port.
 */
import type { Call } from './link.js';

export type Port = MessagePort | BroadcastChannel;

export const CALLS = 0;
export const EVENTS = 1;

type Listener = (event: MessageEvent) => void;

/** One lane, in the form of an endpoint of Comlink. */
export interface Lane {
  postMessage(message: unknown): void;
  addEventListener(type: string, fn: unknown): void;
  removeEventListener(type: string, fn: unknown): void;
  close(): void;
}

export function laneOf(port: Port, lane: typeof CALLS | typeof EVENTS): Lane {
  return {
    postMessage(message) {
      try {
        port.postMessage([lane, message]);
      } catch (error) {
        // A closed MessagePort drops the message, and a closed BroadcastChannel throws. Comlink posts one when it finds a proxy that was collected.
        if ((error as Error).name !== 'InvalidStateError') throw error;
      }
    },
    addEventListener(_type, fn) {
      port.addEventListener('message', (event: Event) => {
        const [to, data] = Array.isArray((event as MessageEvent).data) ? (event as MessageEvent).data : [];
        if (to === lane) (fn as Listener)({ data } as MessageEvent);
      });
      if ('start' in port) port.start();
    },
    // A lane's listeners last as long as the port.
    removeEventListener: () => undefined,
    close: () => port.close(),
  };
}

/**
 * The messages of tabs and the leading tab's worker on the channel that all of them share.
 * - `{up}`: this worker listens; tabs of another worker have lost that one
 * - `alive`: the leading tab answers a tab that connects; `hidden`: the same, and the leading tab has been hidden for a while
 * - `take`: a visible tab wants to lead
 * - `{left}`: sends and log-outs of a tab that leaves together with its worker, for the other tabs of their account
 * - `{connect}`: the channel on which a tab waits for the worker; the worker's first message there is `{up}` again
 */
export type LeaderMessage =
  | 'alive'
  | 'hidden'
  | 'take'
  | { connect: string }
  | { up: string }
  | { left: readonly Call[] };
