/** A gate in a network: it holds up its callers while it is shut. */
export class NetworkGate {
  #shut: { opened: Promise<void>; open: () => void } | null = null;

  shut(on: boolean): void {
    if (!on) {
      this.#shut?.open();
      this.#shut = null;
    } else if (this.#shut === null) {
      let open = () => {};
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      this.#shut = { opened, open };
    }
  }

  async passable(): Promise<void> {
    while (this.#shut !== null) await this.#shut.opened;
  }
}
