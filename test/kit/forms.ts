/** Moves forms into a page. Playwright passes text only, so a FormData is taken apart here and rebuilt in `pages/tab.js`. */
import { deflateSync } from 'node:zlib';
import { ENGINE } from './engines/engine.js';

/** Chrome can inflate from 80 on. */
const MAX_PLAIN_BYTES = ENGINE === 'chromium-66' ? Number.POSITIVE_INFINITY : 10_000;

interface EncodedPart {
  name: string;
  text?: string;
  /** The content of the file. */
  base64?: string;
  /** Large test files are mostly zeros. */
  deflated?: boolean;
  type?: string;
  filename?: string;
}

const isFile = (value: unknown): value is FormData | Blob =>
  value instanceof FormData || value instanceof Blob;

/** @returns the parameters with every FormData, File and Blob as data, and whether there is one */
export async function encodeForms(params: unknown): Promise<{ value: unknown; forms: boolean }> {
  if (typeof params !== 'object' || params === null) return { value: params, forms: false };
  const entries = Object.entries(params);
  if (!entries.some(([, value]) => isFile(value))) return { value: params, forms: false };
  const encoded = await Promise.all(
    entries.map(async ([name, value]) => [name, isFile(value) ? await encode(value) : value]),
  );
  return { value: Object.fromEntries(encoded), forms: true };
}

async function encode(form: FormData | Blob): Promise<{ $form: EncodedPart[] } | { $file: EncodedPart }> {
  if (form instanceof Blob) return { $file: await encodeFile('', form) };
  const parts = [...form].map(async ([name, value]): Promise<EncodedPart> => {
    if (typeof value === 'string') return { name, text: value };
    return encodeFile(name, value);
  });
  return { $form: await Promise.all(parts) };
}

async function encodeFile(name: string, file: Blob): Promise<EncodedPart> {
  const bytes = Buffer.from(await file.arrayBuffer());
  const deflated = bytes.length > MAX_PLAIN_BYTES;
  const base64 = (deflated ? deflateSync(bytes) : bytes).toString('base64');
  return { name, base64, deflated, type: file.type, ...(file instanceof File && { filename: file.name }) };
}

/** A form with one file, as an application's `<input type="file">` would fill it. */
export function fileForm(bytes: Uint8Array<ArrayBuffer>, filename: string, type: string): FormData {
  const form = new FormData();
  form.append(filename, new File([bytes], filename, { type }));
  return form;
}
