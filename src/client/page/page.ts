import { ifAllowed } from '../../protocol/tab.js';

/** The client's access to its page, received from outside so that a test can be the page. */
export interface Page {
  /** null where the browser has none (a page that is not a secure context): then only the `bye` of a tab shows that it leaves. */
  readonly locks: Pick<LockManager, 'request' | 'query'> | null;
  /** Whether the browser seems to have it, without a trial. */
  has(name: 'SharedWorker' | 'Worker' | 'BroadcastChannel'): boolean;
  now(): number;
  uuid(): string;
  /** Runs `fn` in a task of its own, soon, also in a hidden tab. */
  yield(fn: () => void): void;
  /** Whether the page is visible. */
  visible(): boolean;
  /** Whether the browser knows of a network. */
  online(): boolean;
  /** @returns the undo */
  on(event: 'hide' | 'show' | 'wake' | 'view' | 'freeze', fn: () => void): () => void;
}

export function browserPage(): Page {
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  port1.onmessage = () => tasks.shift()?.();
  return {
    locks: ifAllowed(() => navigator.locks),
    has: (name) => typeof ifAllowed(() => globalThis[name]) === 'function',
    now: () => Date.now(),
    uuid,
    yield(fn) {
      tasks.push(fn);
      port2.postMessage(null);
    },
    visible: () => document.visibilityState === 'visible',
    online: () => globalThis.navigator?.onLine !== false,
    on(event, fn) {
      const scope = new AbortController();
      const { signal } = scope;
      if (event === 'hide') addEventListener('pagehide', fn, { signal });
      if (event === 'show') {
        addEventListener('pageshow', (shown) => shown.persisted && fn(), { signal });
      }
      if (event === 'wake') {
        addEventListener('online', fn, { signal });
        document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && fn(), {
          signal,
        });
      }
      if (event === 'view') {
        document.addEventListener('visibilitychange', fn, { signal });
        document.addEventListener('resume', fn, { signal });
        addEventListener('focus', fn, { signal });
      }
      if (event === 'freeze') document.addEventListener('freeze', fn, { signal });
      return () => scope.abort();
    },
  };
}

/** `crypto.randomUUID` exists in secure contexts only; a chat on plain http in a company network is not one. */
function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
