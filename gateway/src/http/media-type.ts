/** The type of an uploaded file, by its content alone and never by its name. */
import { fileTypeFromBuffer } from 'file-type';
import { disableTypes } from 'image-size';
import { imageSizeFromFile } from 'image-size/fromFile';

/** Images that have pixels only: nothing in them can run. */
const IMAGES = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/bmp',
  'image/avif',
  'image/heic',
  'image/tiff',
]);

/** Images that every browser shows; a page may have them shown in place. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

// Other types are not parsed at all.
disableTypes(['dds', 'icns', 'ico', 'j2c', 'jp2', 'jxl', 'jxl-stream', 'ktx', 'pnm', 'psd', 'svg', 'tga']);

interface MediaType {
  /** '' when the content does not say. */
  mime: string;
  /** Extension without a dot, '' likewise. */
  format: string;
}

/** @param head its first bytes, see `MediaFiles` */
export async function typeOf(head: Uint8Array): Promise<MediaType> {
  const found = await fileTypeFromBuffer(head);
  return { mime: found?.mime ?? '', format: found?.ext ?? '' };
}

export const isImage = ({ mime }: Pick<MediaType, 'mime'>): boolean => IMAGES.has(mime);

/** Width and height in pixels; undefined for what is not a whole image. */
export async function pixelsOf(path: string): Promise<{ width: number; height: number } | undefined> {
  try {
    const { width, height } = await imageSizeFromFile(path);
    return width > 0 && height > 0 ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

/** The headers that say how a browser treats it. Only a type that cannot run keeps its name, or is shown. */
export function servedAs(mime: string): { contentType: string; inline: boolean } {
  const isHarmless = IMAGES.has(mime) || mime.startsWith('audio/') || mime.startsWith('video/');
  return { contentType: isHarmless ? mime : 'application/octet-stream', inline: SHOWN.has(mime) };
}
