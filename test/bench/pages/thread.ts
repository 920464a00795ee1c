/** How long a page's main thread was held: gaps between tasks that should follow each other at once, beyond what a frame can spare. */
const NOTICEABLE_MS = 4;

/** @returns what stops the watch and tells the sum of the gaps, ms */
export function watchThread(): () => number {
  const { port1, port2 } = new MessageChannel();
  let held = 0;
  let last = performance.now();
  let running = true;
  port1.onmessage = () => {
    const now = performance.now();
    if (now - last > NOTICEABLE_MS) held += now - last;
    last = now;
    if (running) port2.postMessage(null);
  };
  port2.postMessage(null);
  return () => {
    running = false;
    return held;
  };
}
