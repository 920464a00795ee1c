/** Outgoing files: their message type and their size for people. */

/** Image types that every browser shows. Other types are sent as files. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Width and height in pixels; undefined for a file that this browser cannot show as an image. */
export async function pixelsOf(file: Blob): Promise<{ width: number; height: number } | undefined> {
  if (!SHOWN.has(file.type)) return undefined;
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    return undefined;
  }
}

export const filesOf = (data: DataTransfer | null): File[] => [...(data?.files ?? [])];

/** Word processors and spreadsheets offer copied text as an image too. */
export const pastedFiles = (data: DataTransfer | null): File[] =>
  data?.types.includes('text/plain') && data.types.includes('text/html') ? [] : filesOf(data);

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;
const KILO = 1_000;

/** The size in the style of file managers. */
export function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= KILO && unit < UNITS.length - 1) {
    size /= KILO;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}
