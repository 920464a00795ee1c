/**
 * Tries that have begun and have no result yet, by network. A right password gives its try back, so a client that finds no try left waits
 * for those in progress. Forty colleagues may log in at nine from one address.
 */

/** A result that never comes, because of an error, counts as wrong after this time. No client waits longer. */
const MAX_WAIT_MS = 5_000;

interface InProgress {
  tries: number;
  waiting: (() => void)[];
}

export class UndecidedTries {
  readonly #networks = new Map<string, InProgress>();

  /**
   * Begins a try when one can be taken: now, or after one of the results that are due. The order is that of arrival.
   * @param take takes a try; undefined if none is left
   * @returns undefined if no result gave one back
   */
  async begin<T>(
    network: string,
    take: () => T | undefined,
  ): Promise<{ taken: T; decide(): void } | undefined> {
    const until = performance.now() + MAX_WAIT_MS;
    for (;;) {
      const taken = take();
      if (taken !== undefined) return { taken, decide: this.#add(network) };
      const inProgress = this.#networks.get(network);
      if (!inProgress || performance.now() >= until) return undefined;
      await new Promise<void>((resolve) => inProgress.waiting.push(resolve));
    }
  }

  /** @returns to be called with the result; further calls do nothing */
  #add(network: string): () => void {
    const inProgress = this.#networks.get(network) ?? { tries: 0, waiting: [] };
    this.#networks.set(network, inProgress);
    inProgress.tries += 1;
    let isOpen = true;
    const decide = (): void => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      inProgress.tries -= 1;
      if (inProgress.tries === 0) this.#networks.delete(network);
      for (const wake of inProgress.waiting.splice(0)) wake();
    };
    const timer = setTimeout(decide, MAX_WAIT_MS);
    timer.unref();
    return decide;
  }
}
