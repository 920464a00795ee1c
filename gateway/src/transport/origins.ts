/**
 * The origins whose pages may use this gateway: all by default. V2's pages call a server on another origin, and a signature proves a page's
 * rights, never a cookie. A list admits only its origins. A client without an `Origin` header is no page, and is always admitted.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed as browsers write them, such as `https://app.example.org`; an empty list admits all */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  get isAny(): boolean {
    return this.#allowed.size === 0;
  }

  allows(origin: string | undefined): boolean {
    return this.isAny || origin === undefined || this.#allowed.has(origin);
  }

  /** The value of the CORS headers. */
  get list(): string | string[] {
    return this.isAny ? '*' : [...this.#allowed];
  }
}

/** @returns the origin as browsers write it; undefined if the text is no origin */
export function parseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, protocol, pathname, search, hash, username } = new URL(text);
  const isBare = pathname === '/' && search === '' && hash === '' && username === '';
  return /^https?:$/.test(protocol) && isBare ? origin : undefined;
}
