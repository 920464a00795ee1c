/**
 * The globals of pages in one browser profile, for tests that run the real client. Their time is the world's, and ports deliver in
 * microtasks. Each page has its own events and locks. So a test of the real client and the real runtime is repeatable.
 */
import { vi } from 'vitest';
import { TestPort } from '../../../src/testing/ports.js';
import type { World } from './world.js';

/** A structured clone. Plain data are most of it, and a loop copies those in a third of the time. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'function' ? structuredClone(value) : value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = copyOf((value as Record<string, unknown>)[name]);
  return copy;
}

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
export type PageEvent = 'pagehide' | 'pageshow' | 'online';

export class FakeWindow extends EventTarget {
  fire(event: PageEvent): void {
    this.dispatchEvent(Object.assign(new Event(event), { persisted: true }));
  }
}

const windows = new Set<FakeWindow>();

/** Takes over the globals that do not differ between pages. Undone by `vi.unstubAllGlobals` and `vi.restoreAllMocks`. */
export function stubBrowser({ clock }: World): void {
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
    undo.set(
      id,
      clock.after(ms, () => {
        undo.delete(id);
        fn();
      }),
    );
    return id;
  };
  const interval = (fn: () => void, ms: number) => {
    ids += 1;
    const id = ids;
    const next = () => {
      undo.set(id, clock.after(ms, tick));
    };
    const tick = () => {
      next();
      fn();
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
  vi.stubGlobal('crypto', {
    randomUUID: () => {
      uuids += 1;
      return `uuid-${uuids}`;
    },
  });
  vi.spyOn(Date, 'now').mockImplementation(() => clock.now());
}

/** Makes a page's own globals those of the moment: the client reads them while it is constructed. */
export function inPage<T>(page: FakeWindow, locks: Pick<LockManager, 'request'>, construct: () => T): T {
  vi.stubGlobal('navigator', { locks, onLine: true });
  windows.add(page);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  // A page ends long after its moment. A listener belongs to one page, so the others have nothing to remove.
  vi.stubGlobal('removeEventListener', (type: string, fn: EventListener) => {
    for (const one of windows) one.removeEventListener(type, fn);
  });
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  return construct();
}
