/**
 * Checks of what comes from outside: an application's parameters, a client's frames, a server's pushes.
 * One set of building blocks for both ends, so that runtime and gateway cannot disagree about what is valid.
 */
import * as v from 'valibot';
import type { Json, JsonObject } from './payloads.js';
import { RUNTIME_CODES as CODES, type Failure, failure, type RuntimeCode } from './runtime-codes.js';

export type Checked<T> = { ok: true; value: T } | { ok: false; error: Failure };

/** Any schema that the tables may hold. */
export type Schema = v.GenericSchema<unknown, unknown>;

/**
 * Runs a schema over untrusted input.
 * Missing → 880002, wrong type → 880004, wrong value → 880003, unless the schema's message names a code of its own (see {@link because}).
 * @param where what is being checked, for the message: a method or event name
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
  if (issue.received === 'undefined') {
    return { ok: false, error: failure(CODES.invalidParameter, `${where}: ${field} is required`) };
  }
  const code = issue.kind === 'schema' && issue.type !== 'picklist' ? CODES.invalidType : CODES.invalidValue;
  const wanted = issue.expected ?? issue.type.replaceAll('_', ' ');
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

/** Longest name, key or id anywhere in the protocol. */
const MAX_NAME_BYTES = 128;
/** Longest profile field, memo, reason. */
const MAX_FIELD_BYTES = 1_024;

export const name = v.pipe(v.string(), v.minLength(1), v.maxBytes(MAX_NAME_BYTES));
export const appkey = v.pipe(v.string(), v.minLength(1), v.maxBytes(MAX_NAME_BYTES));
export const shortText = v.pipe(v.string(), v.maxBytes(MAX_FIELD_BYTES));
export const jsonObject = v.custom<JsonObject>(isJsonObject, 'an object');
export const json = v.custom<Json>((input) => input !== undefined, 'JSON');

/** A safe integer, or its decimal text as the documents' examples have it. */
export const integer = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d{1,16}$/), v.transform(Number))]),
  v.safeInteger(),
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
export const user = v.object({ username: name, appkey: v.optional(appkey) });
/** Longest list of users or messages in one request. */
const MAX_LIST = 500;
export const users = v.pipe(v.array(user), v.minLength(1, because(CODES.noMember)), v.maxLength(MAX_LIST));
export const messageIds = v.pipe(v.array(id), v.minLength(1), v.maxLength(MAX_LIST));

/** The fields of a profile that its owner may set. */
export const profile = {
  nickname: v.optional(shortText),
  birthday: v.optional(v.union([shortText, v.number()])),
  signature: v.optional(shortText),
  gender: v.optional(digit(2)),
  region: v.optional(shortText),
  address: v.optional(shortText),
  extras: v.optional(jsonObject),
};
