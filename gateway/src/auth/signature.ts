/** The signed payload that lets a page use an application (specification: 鉴权). */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { CODES, type Failure, failure, type RequestPayload } from '../../../src/protocol/index.js';
import type { Apps, Settings } from '../config.js';

interface Signed {
  appkey: string;
  random_str: string;
  timestamp: number;
}

function signatureOf(signed: Signed, masterSecret: string): string {
  const { appkey, timestamp, random_str } = signed;
  return createHash('md5')
    .update(`appkey=${appkey}&timestamp=${timestamp}&random_str=${random_str}&key=${masterSecret}`)
    .digest('hex');
}

/** @returns the fault of the payload, or null */
export function refuseInit(
  payload: RequestPayload<'c_init'>,
  apps: Apps,
  now: number,
  settings: Pick<Settings, 'signatureLifetimeMs' | 'randomStrLeast' | 'randomStrMost'>,
): Failure | null {
  const { signatureLifetimeMs: lifetimeMs, randomStrLeast: least, randomStrMost: most } = settings;
  const { length } = payload.random_str;
  if (length < least || length > most) {
    return failure(CODES.invalidValue, `c_init: random_str must have ${least} to ${most} characters`);
  }
  const secret = apps.get(payload.appkey);
  if (secret === undefined) return failure(CODES.appkeyNotExist);
  const expected = Buffer.from(signatureOf(payload, secret));
  const actual = Buffer.from(payload.signature.toLowerCase());
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    return failure(CODES.signatureFail);
  }
  const ageMs = now - payload.timestamp;
  if (ageMs > lifetimeMs) return failure(CODES.signatureExpired);
  if (ageMs < -lifetimeMs) {
    return failure(CODES.signatureExpired, 'signature from the future: check the clock that made it');
  }
  return null;
}

/** The payload that an application's own server gives to its pages. The gateway signs it with `--dev` only. */
export function signAuth(appkey: string, masterSecret: string, timestamp: number) {
  const signed = { appkey, random_str: randomUUID(), timestamp };
  return { ...signed, signature: signatureOf(signed, masterSecret) };
}
