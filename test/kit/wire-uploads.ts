/** Uploads as a client makes them. */

import type { UploadedMedia } from '../../src/protocol/index.js';
import { GIF } from './images.js';
import { basicAuth } from './signing.js';
import { APPKEY, type Client } from './wire-socket.js';

interface UploadAnswer extends UploadedMedia {
  error?: { code: number; message: string };
}

export function formOf(content: Uint8Array, filename = 'some.bin', field = 'anything'): FormData {
  const form = new FormData();
  form.append(field, new Blob([Uint8Array.from(content)]), filename);
  return form;
}

/** Uploads an image of the user. @returns its media_id */
export async function uploadedImage(url: string, user: Client & { username: string }): Promise<string> {
  const ticket = { username: user.username, token: await tokenOf(user) };
  const { answer } = await upload(url, 'image', formOf(GIF), ticket);
  return answer.media_id;
}

export async function tokenOf(client: Client): Promise<string> {
  return (await client.ask('get_upload_token')).uptoken;
}

interface Upload {
  username: string;
  token: string;
  appkey?: string;
}

export async function upload(
  url: string,
  type: string,
  body: FormData | string,
  { username, token, appkey = APPKEY }: Upload,
): Promise<{ status: number; answer: UploadAnswer }> {
  const response = await fetch(`${url}/resource?type=${type}`, {
    method: 'POST',
    body,
    headers: {
      'X-App-Key': appkey,
      'jm-channel': 'w',
      Authorization: basicAuth(username, token),
      ...(typeof body === 'string' && { 'content-type': 'text/plain' }),
    },
  });
  return { status: response.status, answer: (await response.json()) as UploadAnswer };
}
