/**
 * Zones. If the page has zone.js, a listener is called in the zone in which the application registered it. Angular then knows that there is
 * something to draw. The runtime's own timers and ports belong to no zone, so a page without events is idle.
 *
 * zone.js is looked up at each call, since it may be loaded after this script.
 */
interface Zones {
  root?: { run<T>(fn: () => T): T };
  current?: { wrap<F>(fn: F, source: string): F };
}

/** A page may have anything under that name, an element with such an id for example. */
const zones = (): Zones | undefined => (globalThis as { Zone?: Zones }).Zone;

/** The callback in today's zone; undefined for anything but a function, which pages pass as well. */
export function inZone<F>(fn: F): F | undefined {
  if (typeof fn !== 'function') return undefined;
  const current = zones()?.current;
  return typeof current?.wrap === 'function' ? current.wrap(fn, 'JMessage') : fn;
}

/** Calls the function in no zone. */
export function outsideZones<T>(fn: () => T): T {
  const root = zones()?.root;
  return typeof root?.run === 'function' ? root.run(fn) : fn();
}
