/** The server API as an application's own server calls it. */
import { expect } from 'vitest';
import { APPKEY, SECRET } from './client.js';
import type { Host } from './gateway.js';

export interface Called {
  status: number;
  body: unknown;
}

export const authOf = (appkey: string, secret: string): string =>
  `Basic ${Buffer.from(`${appkey}:${secret}`).toString('base64')}`;

/** With the right authorisation unless another one is given, or null for none. */
export const callerOf =
  (gateway: Pick<Host, 'url'>) =>
  async (
    method: string,
    path: string,
    body?: unknown,
    authorization: string | null = authOf(APPKEY, SECRET),
  ): Promise<Called> => {
    const response = await fetch(`${gateway.url}${path}`, {
      method,
      headers: {
        ...(authorization !== null && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };

export const refused = (status: number, code: number): Called => ({
  status,
  body: { error: { code, message: expect.any(String) } },
});
