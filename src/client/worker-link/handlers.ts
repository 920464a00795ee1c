/** The messages of a worker, and the parts of a tab that receive them. */
import type { AccountEvent, Restore, TabMessage, WorkerAddress } from '../../protocol/tab.js';
import type { Host } from './hosts/host.js';

/** The messages that the link itself looks into. */
type Inner = 'events' | 'uploaded' | 'moved';
type Kind = Exclude<TabMessage['kind'], Inner>;
type DataOf<K extends Kind> = Omit<Extract<TabMessage, { kind: K }>, 'kind' | 'instance'>;

/** The receiver of each kind of message, by its name. */
type Receivers = { readonly [K in Kind]: (data: DataOf<K>) => void };

export interface LinkHandlers extends Receivers {
  /** @param handed must be called when the application has received them */
  onEvents(events: AccountEvent[], handed: () => void): void;
  /** A worker has been reached: its state replaces that of an earlier one. */
  onOpened(): void;
  /**
   * The worker could not be started again.
   * @param retryAt time of the next try, ms since 1970; undefined: no worker has ever been reached
   */
  onGivenUp(reason: string, retryAt: number | undefined): void;
  /** The account has another build's worker now, with which this tab cannot speak. */
  onOutdated(): void;
  /** The host of another worker; `isWedged`: of the successor of that worker. */
  hostOf(at: WorkerAddress, isWedged: boolean): Host;
  /** The state with which a worker restores the tab. */
  restore(): Restore;
}

/** Hands a message to its receiver. A later build may post messages of other kinds. */
export function dispatch(message: Extract<TabMessage, { kind: Kind }>, handlers: Partial<Receivers>): void {
  const receive = handlers[message.kind];
  if (receive) receive(message as never);
}
