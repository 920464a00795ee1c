/**
 * The service worker of the page: offline start, and the next version.
 *
 * A new version is fetched in the background and waits. Until then an open page finds the files of its own build, such as the SDK's worker. When
 * a person asks for the new version in one tab, all tabs reload together. The outbox, drafts and the session outlive the reload.
 */
import { registerSW } from 'virtual:pwa-register';
import { isMedia, keptUrl, type ToServiceWorker } from './media-path.js';
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
    else keepShownPictures();
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

/** Pictures that the page loaded before it had a service worker. The browser's own cache has them. */
function keepShownPictures(): void {
  for (const { src } of document.images) if (isMedia(new URL(src, location.href))) void fetch(src);
}

/** A picture that was sent from here was never loaded, and the page may be reloaded offline. */
export const keepPicture = (mediaId: string, file: Blob): void =>
  post({ type: 'KEEP_PICTURE', url: keptUrl(mediaId), file });

/** After a log-out the device has no pictures. */
export const forgetPictures = (): void => post({ type: 'FORGET_PICTURES' });

const post = (message: ToServiceWorker): void => navigator.serviceWorker?.controller?.postMessage(message);

/** Replaces the service worker. Its successor reloads every tab. */
export function openNewVersion(): void {
  void activate();
}
