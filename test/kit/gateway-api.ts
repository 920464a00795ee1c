/** Calls the server API as an application's own server does. */
import { expect } from 'vitest';
import type { Host } from './gateway-in-process.js';
import { basicAuth } from './signing.js';
import { APPKEY, SECRET } from './wire-socket.js';

export interface Called {
  status: number;
  body: unknown;
}

/** Calls with the right authorisation by default; null sends none. */
export const callerOf =
  (gateway: Pick<Host, 'url'>) =>
  async (
    method: string,
    path: string,
    body?: unknown,
    authorization: string | null = basicAuth(APPKEY, SECRET),
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
