/** Addresses of uploaded files. They are requested on demand and expire. */
import { useEffect, useState } from 'preact/hooks';
import { JIM } from './jim.js';
import { keptUrl } from './media-path.js';
import { useStore } from './store.js';
import { webAddressOf } from './untrusted.js';

/** The gateway's addresses are valid for an hour. */
const KEEP_MS = 30 * 60_000;

const known = new Map<string, { url: Promise<string>; until: number }>();

/** @throws the failure of `getResource` */
function resourceUrl(mediaId: string): Promise<string> {
  const kept = known.get(mediaId);
  if (kept !== undefined && kept.until > Date.now()) return kept.url;
  const url = JIM.getResource({ media_id: mediaId }).then(({ url: given }) => {
    const address = webAddressOf(given, location.href);
    if (address === '') throw new Error('the server gave no address of the web');
    return address;
  });
  known.set(mediaId, { url, until: Date.now() + KEEP_MS });
  // The next use requests it again.
  url.catch(() => known.delete(mediaId));
  return url;
}

/** @returns the address, '' until it is known. @param mediaId '' for none */
export function useResource(mediaId: string): string {
  const [found, setFound] = useState({ mediaId: '', url: '' });
  const isConnected = useStore(({ connection }) => connection.connected);
  useEffect(() => {
    if (mediaId === '') return;
    if (!isConnected) {
      // The service worker has the pictures that were seen.
      setFound((known) => (known.mediaId === mediaId ? known : { mediaId, url: keptUrl(mediaId) }));
      return;
    }
    let isWanted = true;
    resourceUrl(mediaId).then(
      (url) => isWanted && setFound({ mediaId, url }),
      // The page shows the message without the file.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [mediaId, isConnected]);
  return found.mediaId === mediaId ? found.url : '';
}

/** Saves an uploaded file under its own name. @throws the failure of `getResource` */
export async function download(mediaId: string, name: string): Promise<void> {
  const link = document.createElement('a');
  link.href = await resourceUrl(mediaId);
  link.download = name;
  link.click();
}
