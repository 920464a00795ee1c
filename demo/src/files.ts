/** Files on their way out: what they are to be sent as, and the form that the SDK takes them in. */

/** What every browser shows. All else goes as a file. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** The SDK takes files as V2 does: as a form with one file in it. */
export function formOf(file: File): FormData {
  const form = new FormData();
  form.append('file', file, file.name);
  return form;
}

/** Width and height in pixels; undefined for what this browser cannot show as an image. */
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

/** What was copied as text, word processors and spreadsheets offer as an image too. */
export const pastedFiles = (data: DataTransfer | null): File[] =>
  data?.types.includes('text/plain') && data.types.includes('text/html') ? [] : filesOf(data);

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;
const KILO = 1_000;

/** As file managers say it. */
export function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= KILO && unit < UNITS.length - 1) {
    size /= KILO;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}
