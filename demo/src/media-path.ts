/** The address at which the service worker has the picture of a media_id. It is the gateway's without the signature, which changes. */
const MEDIA = '/media/';

export const keptUrl = (mediaId: string): string => `${MEDIA}${encodeURIComponent(mediaId)}`;

export const isMedia = ({ pathname }: URL): boolean => pathname.startsWith(MEDIA);

/** A page's messages to its service worker, beside those of Workbox. */
export type ToServiceWorker = { type: 'KEEP_PICTURE'; url: string; file: Blob } | { type: 'FORGET_PICTURES' };
