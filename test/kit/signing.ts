/** Digests and credentials that a client or an application's own server presents. */
import { createHash } from 'node:crypto';

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The signature of the payload for `c_init`. */
export const signatureOf = (appkey: string, secret: string, timestamp: number, random_str: string): string =>
  md5(`appkey=${appkey}&timestamp=${timestamp}&random_str=${random_str}&key=${secret}`);

/** The header of the server API (appkey and masterSecret) and of uploads (user name and token). */
export const basicAuth = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
