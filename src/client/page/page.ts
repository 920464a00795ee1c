import { ifAllowed, webLocks } from '../../protocol/tab.js';

type PageEvent = 'hide' | 'show' | 'wake' | 'view' | 'freeze' | 'storage';

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
  on(event: PageEvent, fn: () => void): () => void;
}

export function browserPage(): Page {
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  port1.onmessage = () => tasks.shift()?.();
  return {
    locks: webLocks(),
    has: (name) => typeof ifAllowed(() => globalThis[name]) === 'function',
    now: () => Date.now(),
    uuid,
    yield(fn) {
      tasks.push(fn);
      port2.postMessage(null);
    },
    visible: () => document.visibilityState === 'visible',
    online: () => navigator.onLine !== false,
    on(event, fn) {
      const places = placesOf(event, fn);
      for (const [target, type, listener] of places) target.addEventListener(type, listener);
      return () => {
        for (const [target, type, listener] of places) target.removeEventListener(type, listener);
      };
    },
  };
}

/** Web views before Chrome 90 ignore the `signal` of a listener, so the undo removes each by hand. */
function placesOf(event: PageEvent, fn: () => void): [EventTarget, string, (event: Event) => void][] {
  switch (event) {
    case 'hide':
      return [[globalThis, 'pagehide', fn]];
    case 'show':
      return [[globalThis, 'pageshow', (shown) => (shown as PageTransitionEvent).persisted && fn()]];
    case 'wake':
      return [
        [globalThis, 'online', fn],
        [document, 'visibilitychange', () => document.visibilityState === 'visible' && fn()],
      ];
    case 'view':
      return [
        [document, 'visibilitychange', fn],
        [document, 'resume', fn],
        [globalThis, 'focus', fn],
      ];
    case 'freeze':
      return [[document, event, fn]];
    case 'storage':
      return [[globalThis, event, fn]];
  }
}

/** `crypto.randomUUID` exists in secure contexts only; a chat on plain http in a company network is not one. */
function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
