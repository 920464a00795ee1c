/** The application's `auth` function, which signs again when a signature has expired. */
import type { JMessageOptions } from '../protocol/tab.js';

/** @param provide receives the signed payload, or null without a function or after it failed */
export function askForAuth(
  auth: JMessageOptions['auth'],
  provide: (payload: unknown) => void,
  onFailure: (message: string) => void,
): void {
  if (!auth) return provide(null);
  Promise.resolve()
    .then(auth)
    .then(provide, (error: unknown) => {
      onFailure(`the auth function failed: ${error}`);
      provide(null);
    });
}
