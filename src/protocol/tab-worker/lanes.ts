/**
 * A tab and its runtime share one port with two lanes: the tab's calls (by Comlink), and the runtime's events. One port keeps both in order.
 * A MessagePort or a BroadcastChannel serves as the port. A message of the port is a list: a lane, its message, a lane, its message, and so on.
 */
import type { Call } from './link.js';

export type Port = MessagePort | BroadcastChannel;

export const CALLS = 0;
export const EVENTS = 1;

type Listener = (event: Pick<MessageEvent, 'data'>) => void;

/** One lane, in the form of an endpoint of Comlink. */
export interface Lane {
  postMessage(message: unknown): void;
  addEventListener(type: string, fn: unknown): void;
  removeEventListener(type: string, fn: unknown): void;
}

/** A closed MessagePort drops messages, and a closed BroadcastChannel throws. Comlink posts one when it finds a proxy that was collected. */
export function postOn(port: Port, messages: readonly unknown[]): void {
  try {
    port.postMessage(messages);
  } catch (error) {
    if ((error as Error).name !== 'InvalidStateError') throw error;
  }
}

/**
 * Each lane has one listener, as long as the port. The port has one for both, since the browser takes its time for each.
 * @param post posts one message; at once unless given
 */
export function lanesOf(
  port: Port,
  post = (...message: [lane: number, message: unknown]) => postOn(port, message),
): [calls: Lane, events: Lane] {
  const listeners = new Map<unknown, Listener>();
  port.addEventListener('message', (event: Event) => {
    const { data } = event as MessageEvent;
    for (let i = 0; i < Object(data).length; i += 2) {
      const listener = listeners.get(data[i]);
      if (listener) listener({ data: data[i + 1] });
    }
  });
  if ('start' in port) port.start();
  const laneOf = (lane: number): Lane => ({
    postMessage: (message) => post(lane, message),
    addEventListener: (_type, fn) => void listeners.set(lane, fn as Listener),
    removeEventListener: () => undefined,
  });
  return [laneOf(CALLS), laneOf(EVENTS)];
}

/**
 * The messages of tabs and the leading tab's worker on the channel that all of them share.
 * - `{up}`: this worker listens; tabs of another worker have lost that one
 * - `alive`: the leading tab answers a tab that connects; `hidden`, `frozen`: the same, of a leading tab that is long hidden or frozen
 * - `take`: a tab wants to lead
 * - `{left}`: sends and log-outs of a tab that leaves together with its worker, for the other tabs of their account
 * - `{connect}`: the channel on which a tab waits for the worker; the worker's first message there is `{up}` again
 */
export type LeaderMessage =
  | 'alive'
  | 'hidden'
  | 'frozen'
  | 'take'
  | { connect: string }
  | { up: string }
  | { left: readonly Call[] };
