/**
 * The part of the service worker that keeps pictures: photos and avatars that were seen are there without a server. A log-out deletes them.
 *
 * A signed address works for an hour, and its path has the media_id. So the path is the key, and a picture is fetched once.
 */

import type { WorkboxPlugin } from 'workbox-core';
import { ExpirationPlugin } from 'workbox-expiration';
import { registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';
import { isMedia } from './media-path.js';

const CACHE = 'pictures';
const MAX_PICTURES = 150;
const MAX_PICTURE_BYTES = 2_000_000;
const MAX_AGE_S = 30 * 86_400;

const limits = new ExpirationPlugin({
  maxEntries: MAX_PICTURES,
  maxAgeSeconds: MAX_AGE_S,
  purgeOnQuotaError: true,
});

type Updated = Parameters<NonNullable<WorkboxPlugin['cacheDidUpdate']>>[0];

/** Files are downloads, and no part of the page. */
const isKept = ({ status, headers }: Response): boolean =>
  status === 200 &&
  (headers.get('Content-Type') ?? '').startsWith('image/') &&
  Number(headers.get('Content-Length') ?? Number.POSITIVE_INFINITY) <= MAX_PICTURE_BYTES;

/** Keeps a picture that the page has. */
export async function keepPicture(url: string, file: Blob): Promise<void> {
  const headers = { 'Content-Type': file.type, 'Content-Length': String(file.size) };
  const response = new Response(file, { headers });
  if (!isKept(response)) return;
  const request = new Request(new URL(url, location.origin));
  await (await caches.open(CACHE)).put(request, response);
  // It counts among the pictures that expire.
  await limits.cacheDidUpdate?.({ cacheName: CACHE, request } as Updated);
}

/** To be called once. */
export function keepPictures(): void {
  const key = {
    cacheKeyWillBeUsed: async ({ request }: { request: Request }) => {
      const { origin, pathname } = new URL(request.url);
      return origin + pathname;
    },
    cacheWillUpdate: async ({ response }: { response: Response }) => (isKept(response) ? response : null),
  };
  registerRoute(
    ({ sameOrigin, url }) => sameOrigin && isMedia(url),
    new CacheFirst({ cacheName: CACHE, plugins: [key, limits as WorkboxPlugin] }),
  );
}

export const forgetPictures = (): Promise<void> => limits.deleteCacheAndMetadata();
