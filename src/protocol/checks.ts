/**
 * Checks of outside data: an application's parameters, a client's frames, a server's pushes.
 * Both ends share one set of building blocks, so the runtime and the gateway cannot disagree about valid data.
 */
import * as v from 'valibot';
import type { Extras, Json, JsonObject } from './api/json.js';
import type { Failure } from './api/request.js';
import { RUNTIME_CODES as CODES, failure, type RuntimeCode } from './codes/runtime-codes.js';

export type Checked<T> = { ok: true; value: T } | { ok: false; error: Failure };

/** Any schema that the tables may hold. */
export type Schema = v.GenericSchema<unknown, unknown>;

/**
 * Runs a schema over untrusted input.
 * A missing value or `null` gives 880002, a wrong type 880004, a wrong value 880003. A schema's message may name another code ({@link because}).
 * @param where the name of the method or event, for the message
 */
export function check<S extends Schema>(schema: S, input: unknown, where: string): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  const issue = result.issues[0];
  const field = v.getDotPath(issue) ?? 'parameters';
  if (issue.message.startsWith(CODE_MARK)) {
    const code = Number(issue.message.slice(CODE_MARK.length)) as RuntimeCode;
    return { ok: false, error: failure(code) };
  }
  if (issue.received === 'undefined' || issue.received === 'null') {
    return { ok: false, error: failure(CODES.invalidParameter, `${where}: ${field} is required`) };
  }
  const code = issue.kind === 'schema' && issue.type !== 'picklist' ? CODES.invalidType : CODES.invalidValue;
  const wanted = issue.expected ?? issue.type.replace(/_/g, ' ');
  return {
    ok: false,
    error: failure(code, `${where}: ${field} must be ${wanted}, not ${shorten(issue.received)}`),
  };
}

const CODE_MARK = 'code:';
/** A schema message that stands for an error code. */
export const because = (code: RuntimeCode): string => `${CODE_MARK}${code}`;

const MAX_QUOTED_CHARS = 60;
const shorten = (text: string): string =>
  text.length > MAX_QUOTED_CHARS ? `${text.slice(0, MAX_QUOTED_CHARS)}…` : text;

export function isJsonObject(input: unknown): input is JsonObject {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

export const isExtras = (input: unknown): input is Extras => typeof input === 'string' || isJsonObject(input);

/**
 * A value that may be left out. Pages of V2 pass `null` and `''` for absent values, and V2 accepts both. Every optional parameter here does
 * the same, at any depth.
 */
export function optional<const S extends Schema, const D extends v.InferInput<S> | undefined = undefined>(
  schema: S,
  fallback?: D,
) {
  return without(v.optional(schema, fallback as D), (value) => value === null || value === '');
}

/** A value that may be left out, and that `''` removes: a field of a profile, a memo, a description. */
export function clearable<const S extends Schema>(schema: S) {
  return without(v.optional(schema, undefined), (value) => value === null);
}

function without<S extends Schema>(schema: S, isNothing: (value: unknown) => boolean): S {
  const run: S['~run'] = (dataset, config) =>
    schema['~run'](isNothing(dataset.value) ? { value: undefined } : dataset, config);
  return { ...schema, '~run': run };
}

/** Whether parameters have a value in that field. It decides between the forms of a method. */
export function isGiven(input: unknown, field: string): boolean {
  const value = isJsonObject(input) ? input[field] : undefined;
  return value !== undefined && value !== null && value !== '';
}

/** Text; a number counts as its digits, as in V2. */
export const text = v.union([v.string(), v.pipe(v.number(), v.finite(), v.transform(String))]);

/** Longest name, key or id anywhere in the protocol. */
const MAX_NAME_BYTES = 128;
/** Longest profile field, memo, reason. */
const MAX_FIELD_BYTES = 1_024;

export const name = v.pipe(text, v.minLength(1), v.maxBytes(MAX_NAME_BYTES));
export const appkey = v.pipe(v.string(), v.minLength(1), v.maxBytes(MAX_NAME_BYTES));
export const shortText = v.pipe(text, v.maxBytes(MAX_FIELD_BYTES));
export const jsonObject = v.custom<JsonObject>(isJsonObject, 'an object');
export const json = v.custom<Json>((input) => input !== undefined, 'JSON');
/** An application's own data in a message, a profile or a conversation: an object, or text as in the documents' examples. */
export const extras = v.custom<Extras>(isExtras, 'an object or text');

/** A safe integer, or its decimal text as the documents' examples have it. */
export const integer = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d{1,16}$/), v.transform(Number))]),
  v.safeInteger(),
);
/** A number, or its text. */
export const decimal = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.decimal(), v.transform(Number))]),
  v.finite(),
);
export const id = v.pipe(integer, v.minValue(1));
export const count = v.pipe(integer, v.minValue(0));

const TRUE = new Set<unknown>([true, 1, '1', 'true']);
/** A boolean in any of the forms that the documents' examples use. */
export const flag = v.pipe(
  v.union([v.boolean(), v.picklist([0, 1, '0', '1', 'true', 'false', ''])]),
  v.transform((value) => TRUE.has(value)),
);

/** A number 0 … max, or its text. */
export const digit = (max: number) => v.pipe(count, v.maxValue(max));

/** The 32 hexadecimal digits of an MD5, in either case. */
export const md5Hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/i));

/** A user by name; in the own application unless `appkey` says otherwise. */
export const user = v.object({ username: name, appkey: optional(appkey) });
/** Longest list of users or messages in one request. */
const MAX_LIST = 500;
export const users = v.pipe(v.array(user), v.minLength(1, because(CODES.noMember)), v.maxLength(MAX_LIST));
/** Ids of read messages. A page without some of the ids leaves holes, which are skipped. */
export const reportedIds = v.pipe(
  v.array(v.nullish(v.union([id, v.literal('')]))),
  v.minLength(1),
  v.transform((ids) => [...new Set(ids.filter((one) => typeof one === 'number'))]),
);

/** The fields of a profile that its owner may set; `''` removes a field. */
export const profile = {
  nickname: clearable(shortText),
  birthday: clearable(v.union([v.pipe(v.string(), v.maxBytes(MAX_FIELD_BYTES)), v.number()])),
  signature: clearable(shortText),
  gender: optional(digit(2)),
  region: clearable(shortText),
  address: clearable(shortText),
  extras: optional(extras),
};
