/**
 * A hosting shape is a way of obtaining a port to a running worker, and nothing else. The runtime behind it is written once.
 */
export interface Host {
  /** For messages to people: what could not be started. */
  readonly name: string;
  /**
   * Starts the worker, or finds it running. A worker that does not come up calls `onError`, where the browser notices, or stays silent.
   */
  connect(onError: (reason: string) => void): MessagePort;
}
