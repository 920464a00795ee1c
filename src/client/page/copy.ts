/**
 * A copy of the parameters at the time of the call, in a form that can be posted to a worker. Later changes by the page have no effect. A
 * framework's Proxy becomes its plain object. A FormData becomes its parts, and the worker puts it together again. A file becomes the parts of
 * a form with it.
 */
import type { FormPart, FormParts } from '../../protocol/tab.js';

/** Values that are neither plain nor a FormData stay as they are. @throws any exception of the page's getters */
export function copyOf(value: unknown, above: readonly unknown[] = []): unknown {
  // A value that contains itself is no JSON: the worker refuses it.
  if (typeof value !== 'object' || value === null || above.indexOf(value) >= 0) return value;
  const path = above.concat([value]);
  if (Array.isArray(value)) return value.map((item: unknown) => copyOf(item, path));
  const kind = Object.prototype.toString.call(value);
  if (kind === '[object FormData]') return partsOf(value as FormData);
  // A parameter that is a file: the form with it.
  if (above.length === 1 && /Blob|File/.test(kind)) {
    const formParts: FormPart[] = [['file', value as Blob, (value as File).name || 'file']];
    return { formParts };
  }
  if (kind !== '[object Object]') return value;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = copyOf((value as typeof copy)[name], path);
  return copy;
}

function partsOf(form: FormData): FormParts {
  const formParts: FormPart[] = [];
  form.forEach((value, name) => {
    formParts.push(typeof value === 'string' ? [name, value] : [name, value, value.name]);
  });
  return { formParts };
}
