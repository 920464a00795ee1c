/**
 * Calls into the application. An exception in a handler is the page's own. It is reported with the page's other errors (`window.onerror`, the
 * console), and touches neither the next handler nor the runtime.
 */
export function callSafely<T extends unknown[]>(fn: (...args: T) => unknown, ...args: T): void {
  try {
    fn(...args);
  } catch (error) {
    reportLater(error);
  }
}

function reportLater(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
