/**
 * The service worker: the page, its scripts and the SDK's worker file are kept on the device. It answers no request of the SDK.
 *
 * A new version waits until the person asks for it (updates.ts). Until then an open page finds every file of its own build.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

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
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: NOT_THE_PAGE }));

self.addEventListener('message', (event) => {
  const { data } = event as MessageEvent<{ type?: unknown } | null>;
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting();
});
self.addEventListener('activate', (event) => {
  (event as Event & { waitUntil(done: Promise<void>): void }).waitUntil(self.clients.claim());
});
