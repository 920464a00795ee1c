/**
 * The service worker: the page, its scripts, the SDK's worker file and pictures that were seen are kept on the device. It answers no
 * request of the SDK.
 *
 * A new version waits until the person asks for it (updates.ts). Until then an open page finds every file of its own build.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { forgetPictures, keepPicture, keepPictures } from './kept-pictures.js';
import type { ToServiceWorker } from './media-path.js';

interface Scope extends EventTarget {
  /** The build writes the list of files here. */
  __WB_MANIFEST: Parameters<typeof precacheAndRoute>[0];
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
}
declare const self: Scope;

/** Paths of the gateway. */
const NOT_THE_PAGE = [/^\/socket\.io/, /^\/dev\//, /^\/resource/, /^\/media\//];

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
keepPictures();
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: NOT_THE_PAGE }));

type Lasting = Event & { waitUntil(done: Promise<void>): void };

self.addEventListener('message', (event) => {
  const { data } = event as MessageEvent<ToServiceWorker | { type: 'SKIP_WAITING' } | null>;
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting();
  if (data?.type === 'KEEP_PICTURE') (event as Lasting).waitUntil(keepPicture(data.url, data.file));
  if (data?.type === 'FORGET_PICTURES') (event as Lasting).waitUntil(forgetPictures());
});
self.addEventListener('activate', (event) => {
  (event as Lasting).waitUntil(self.clients.claim());
});
