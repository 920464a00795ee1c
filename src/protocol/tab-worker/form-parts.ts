/** The parts of a `FormData`, which itself cannot be posted to a worker. The tab takes it apart, and the worker puts it together again. */
export type FormPart = [name: string, value: Blob | string, filename?: string];

export interface FormParts {
  readonly formParts: readonly FormPart[];
}

const isBlob = (input: unknown): input is Blob & { name?: string } =>
  /^\[object (Blob|File)\]$/.test(Object.prototype.toString.call(input));

export const isFile = (input: unknown): boolean => isFormParts(input) || isBlob(input);

/** @param input as {@link isFile} accepts it */
export const partsOfFile = (input: unknown): FormParts =>
  isBlob(input) ? { formParts: [['file', input, input.name ?? 'file']] } : (input as FormParts);

export function isFormParts(input: unknown): input is FormParts {
  return typeof input === 'object' && input !== null && Array.isArray((input as FormParts).formParts);
}
