/**
 * A host is a way of obtaining a port to a running runtime, and nothing else. The runtime behind it is written once.
 */
import {
  type Call,
  type HostKind,
  type Port,
  WORKER_NAME,
  type WorkerAddress,
} from '../../../protocol/tab.js';

/** `shared`: a SharedWorker. `leader`: a dedicated worker of one tab, for all tabs. `page`: the page itself, for this page alone. */
export const HOST_KINDS = ['shared', 'leader', 'page'] as const satisfies readonly HostKind[];

export interface Host {
  readonly kind: HostKind;
  /** For messages to people: what could not be started. */
  readonly name: string;
  /**
   * Starts the runtime, or finds it running. If the browser reports a failed or lost runtime, `onError` is called. Not every browser does.
   * @param signal aborts when the attempt, or the link that it led to, has ended
   * @param onLeft receives the calls of another tab that left together with the runtime
   */
  connect(
    onError: (reason: string) => void,
    signal: AbortSignal,
    onLeft: (calls: readonly Call[]) => void,
  ): Port | Promise<Port>;
  /** The worker is silent. @returns the defect of its script, if there is one */
  whyLate?(): Promise<string | undefined>;
  /** The address of its worker, as far as it is known. */
  at?: WorkerAddress | null;
  /** Makes this tab lead, with a new worker. */
  replace?(): void;
  /** The tab closes, or tries the next host. @param calls of the tab without an answer, for other tabs if the runtime ends with this one */
  leave?(calls?: readonly Call[]): void;
}

/** The runtime's files: only their addresses differ between the package and the classic script. */
export interface RuntimeFiles {
  worker(kind: 'shared' | 'leader'): SharedWorker | Worker;
  /** The address of the worker's script, if it is known. */
  readonly url?: string;
  /** Tabs whose files have the same scope share a leading tab. */
  readonly scope: string;
  /** Instead of the scope's: the leading tab of another build. */
  readonly leadership?: string;
  fallback(): Promise<typeof import('./fallback.js')>;
  page(): Promise<PageRuntime>;
}

/** The runtime for a page without workers. */
export interface PageRuntime {
  open(): Port;
  /** Ends what the log-outs of left pages had to end. */
  finish(): Promise<void>;
}

/** The name of the lock and of the channel that tabs with the same files share. */
export const leadershipOf = ({ leadership, scope }: Pick<RuntimeFiles, 'leadership' | 'scope'>): string =>
  leadership ?? `jmessage:leader:${WORKER_NAME}:${scope}`;
