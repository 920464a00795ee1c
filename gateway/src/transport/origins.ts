/**
 * Which sites' pages may use this gateway. Any origin by default. V2's pages call a server on another origin, and a signature proves a page's
 * rights, never a cookie. With a list, only these; who sends no `Origin` is no page.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed as browsers write them, such as `https://app.example.org`; none for any */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  get isAny(): boolean {
    return this.#allowed.size === 0;
  }

  allows(origin: string | undefined): boolean {
    return this.isAny || origin === undefined || this.#allowed.has(origin);
  }

  /** For CORS. */
  get list(): string | string[] {
    return this.isAny ? '*' : [...this.#allowed];
  }
}

/** @returns the origin as browsers write it; undefined for what is none */
export function parseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, protocol, pathname, search, hash, username } = new URL(text);
  const isBare = pathname === '/' && search === '' && hash === '' && username === '';
  return /^https?:$/.test(protocol) && isBare ? origin : undefined;
}
