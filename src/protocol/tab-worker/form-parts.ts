/** The parts of a `FormData`, which itself cannot be posted to a worker. The tab takes it apart, and the worker puts it together again. */
export type FormPart = [name: string, value: Blob | string, filename?: string];

export interface FormParts {
  readonly formParts: readonly FormPart[];
}

export function isFormParts(input: unknown): input is FormParts {
  return typeof input === 'object' && input !== null && Array.isArray((input as FormParts).formParts);
}
