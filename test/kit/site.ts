/**
 * The web site of the test pages: the built `dist/`, the pages beside this file, and mounted folders. It is served as a careful site would be,
 * with right types and a content security policy that allows the site's own files only. A page with
 * `?workers=none` may have no workers.
 */
import { readFile } from 'node:fs/promises';
import http, { type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { IS_OLD, lowered } from './engines/old-syntax.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
};

/** @param workers the sources that the policy allows for workers */
const policyOf = (workers: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `worker-src '${workers}'`,
    "style-src 'self'",
    "frame-src 'self'",
    'connect-src *',
  ].join('; ');

const folder = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const PAGES = folder('./pages/');

export class Site {
  readonly #mounts = new Map<string, string>([
    ['/dist/', folder('../../dist/')],
    ['/', PAGES],
  ]);
  readonly #server = http.createServer((request, response) => {
    void this.#serve(new URL(request.url ?? '/', 'http://site'), response);
  });

  /** The paths of all requests, in order. */
  readonly requests: string[] = [];
  /** Lets pages of other origins read its files, as a CDN does. */
  isShared = false;
  readonly #held = new Map<string, Promise<void>>();
  #policy: string | undefined;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Serves a folder under a path that ends with a slash. The last folder of a path counts. */
  mount(prefix: string, directory: string): void {
    this.#mounts.set(prefix, directory);
  }

  /**
   * Serves every file under exactly this policy, and passes sockets of the site's own origin on to that server.
   * @returns the undo
   */
  under(policy: string, upstream: string): () => void {
    const { port, hostname } = new URL(upstream);
    const pass = ({ method, url, rawHeaders }: http.IncomingMessage, socket: Duplex) => {
      const server = net.connect(Number(port), hostname);
      const headers = rawHeaders.map((part, index) => part + (index % 2 === 0 ? ': ' : '\r\n')).join('');
      server.write(`${method} ${url} HTTP/1.1\r\n${headers}\r\n`);
      for (const [one, other] of [[server, socket] as const, [socket, server] as const]) {
        one.pipe(other).on('error', () => one.destroy());
      }
    };
    this.#policy = policy;
    this.#server.on('upgrade', pass);
    return () => {
      this.#policy = undefined;
      this.#server.off('upgrade', pass);
    };
  }

  /** Keeps a file back, `?query` included. @returns its release */
  hold(file: string): () => void {
    let release = () => {};
    this.#held.set(
      file,
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    return release;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve({ pathname, search, searchParams }: URL, response: ServerResponse): Promise<void> {
    this.requests.push(pathname);
    await this.#held.get(pathname + search);
    const prefix = [...this.#mounts.keys()]
      .filter((mounted) => pathname.startsWith(mounted))
      .sort((a, b) => b.length - a.length)[0];
    const directory = path.resolve(this.#mounts.get(prefix ?? '/') ?? '.');
    const name = decodeURIComponent(pathname.slice(prefix?.length));
    const file = path.join(directory, name === '' || name.endsWith('/') ? `${name}index.html` : name);
    const body = file.startsWith(directory + path.sep) ? await readFile(file).catch(() => null) : null;
    if (body === null) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-security-policy': this.#policy ?? policyOf(searchParams.get('workers') ?? 'self'),
      'cache-control': 'no-cache',
      ...(this.isShared && { 'access-control-allow-origin': '*' }),
    });
    response.end(
      IS_OLD && file.startsWith(PAGES) && file.endsWith('.js') ? await lowered(String(body)) : body,
    );
  }
}

export async function startSite(): Promise<Site> {
  const site = new Site();
  await site.listen();
  return site;
}
