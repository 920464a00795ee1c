/**
 * The service worker of the page: offline start, and the next version.
 *
 * A new version is fetched in the background and waits. Until then an open page finds the files of its own build, such as the SDK's worker. When
 * a person asks for the new version in one tab, all tabs reload together. The outbox, drafts and the session outlive the reload.
 */
import { registerSW } from 'virtual:pwa-register';
import { update } from './store.js';

const CHECK_MS = 60 * 60_000;

let activate: () => Promise<void> = async () => location.reload();

/** To be called once. */
export function followVersions(): void {
  // A page on plain HTTP, or one that forbids storage, has no service worker.
  const container: ServiceWorkerContainer | undefined = navigator.serviceWorker;
  if (container === undefined) return;
  let isControlled = container.controller !== null;
  container.addEventListener('controllerchange', () => {
    // The first service worker takes over a page of its own version.
    if (isControlled) location.reload();
    isControlled = true;
  });
  activate = registerSW({
    immediate: true,
    onNeedRefresh: () => update({ hasNewVersion: true }),
    // The listener above reloads, since this one is missing in a tab from before the first service worker.
    onNeedReload: () => undefined,
    onRegisteredSW: (_url, registration) => {
      const check = () => void registration?.update().catch(() => undefined);
      setInterval(check, CHECK_MS);
    },
  });
}

/** Replaces the service worker. Its successor reloads every tab. */
export function openNewVersion(): void {
  void activate();
}
