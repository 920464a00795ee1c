/**
 * The globals of pages in one browser profile, for tests that run the real client. Their time is the world's, and ports deliver in
 * microtasks. Each page has its own events and locks. So a test of the real client and the real runtime is repeatable.
 */
import { vi } from 'vitest';
import { browserPage, type Page } from '../../../src/client/page/page.js';
import { TestPort } from '../../../src/testing/ports.js';
import { copyOf } from './copy.js';
import type { World } from './world.js';

/** One end of a channel. A message is copied when it is posted, as a browser does. */
export class FakePort extends TestPort {
  set onmessage(fn: (event: MessageEvent) => void) {
    this.addEventListener('message', fn);
  }

  protected override copy(message: unknown): unknown {
    return copyOf(message);
  }
}

/** The page's events; `persisted` of `pageshow` says that it comes from the back/forward cache. */
export type PageEvent = 'pagehide' | 'pageshow' | 'online' | 'storage';

export class FakeWindow extends EventTarget {
  readonly document = Object.assign(new EventTarget(), { visibilityState: 'visible' });

  fire(event: PageEvent): void {
    this.dispatchEvent(Object.assign(new Event(event), { persisted: true }));
  }

  /** Its user shows the page, and so focuses it, or hides it. */
  look(visible: boolean): void {
    this.document.visibilityState = visible ? 'visible' : 'hidden';
    this.document.dispatchEvent(new Event('visibilitychange'));
    if (visible) this.dispatchEvent(new Event('focus'));
  }
}

const windows = new Set<FakeWindow>();
/** The page whose code runs. */
let current: FakeWindow | undefined;

/** Between two readings of `performance.now()`. A burst is handed over in the same slices on every machine, however busy it is. */
const READING_MS = 0.5;

/** Takes over the globals that do not differ between pages. Undone by `vi.unstubAllGlobals` and `vi.restoreAllMocks`. */
export function stubBrowser({ clock, broadcasts, freezer }: World): void {
  windows.clear();
  const undo = new Map<number, () => void>();
  let ids = 0;
  let uuids = 0;
  const cancel = (id: number | undefined) => {
    undo.get(id ?? 0)?.();
    undo.delete(id ?? 0);
  };
  const timeout = (fn: () => void, ms = 0) => {
    ids += 1;
    const id = ids;
    const owner = freezer.running;
    const due = () =>
      freezer.happen(owner, () => {
        // A page that thaws may have cancelled it before.
        if (undo.delete(id)) fn();
      });
    undo.set(id, clock.after(ms, due));
    return id;
  };
  const interval = (fn: () => void, ms: number) => {
    ids += 1;
    const id = ids;
    const next = () => {
      undo.set(id, clock.after(ms, tick));
    };
    const owner = freezer.running;
    const tick = () => {
      next();
      // Browsers make up for no tick of a frozen page.
      if (!freezer.isFrozen(owner)) freezer.run(owner, fn);
    };
    next();
    return id;
  };
  vi.stubGlobal('setTimeout', timeout);
  vi.stubGlobal('clearTimeout', cancel);
  vi.stubGlobal('setInterval', interval);
  vi.stubGlobal('clearInterval', cancel);
  vi.stubGlobal('MessageChannel', function channel() {
    const [port1, port2] = FakePort.pair();
    return { port1, port2 };
  });
  vi.stubGlobal('BroadcastChannel', broadcasts.Channel);
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem(key: string, value: string) {
      kept.set(key, value);
      const others = [...windows].filter((one) => one !== current);
      queueMicrotask(() => {
        for (const one of others) one.fire('storage');
      });
    },
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal('crypto', {
    randomUUID: () => {
      uuids += 1;
      return `uuid-${uuids}`;
    },
  });
  vi.spyOn(Date, 'now').mockImplementation(() => clock.now());
  let readings = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    readings += 1;
    return clock.now() + readings * READING_MS;
  });
}

type Locks = Pick<LockManager, 'request' | 'query'>;

/** A page's access to the browser. The globals are those of the page whenever it reads them. */
export function pageOf(page: FakeWindow, locks: Locks): Page {
  const own = inPage(page, locks, browserPage);
  return {
    ...own,
    visible: () => inPage(page, locks, own.visible),
    on: (event, fn) => inPage(page, locks, () => own.on(event, fn)),
  };
}

/** Makes a page's own globals those of the moment. */
function inPage<T>(page: FakeWindow, locks: Locks, fn: () => T): T {
  vi.stubGlobal('navigator', { locks, onLine: true });
  windows.add(page);
  current = page;
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  // A page ends long after its moment. A listener belongs to one page, so the others have nothing to remove.
  vi.stubGlobal('removeEventListener', (type: string, fn: EventListener) => {
    for (const one of windows) one.removeEventListener(type, fn);
  });
  vi.stubGlobal('document', page.document);
  return fn();
}
