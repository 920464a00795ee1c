/** Another online device of an account, on another platform than the web. */

import type { Clients } from './gateway-in-process.js';
import { md5 } from './signing.js';
import { APPKEY, type Client, SECRET, sign } from './wire-socket.js';

export async function liveDevice(
  clients: Clients,
  username: string,
  fromPlatForm = 'android',
  password = md5('secret'),
): Promise<Client> {
  const client = await clients.connect();
  await client.ask('c_init', { ...sign(APPKEY, SECRET, Date.now()), fromPlatForm });
  const { code, message } = await client.login(username, password);
  if (code !== 0) throw new Error(`${username} cannot log in: ${message}`);
  await client.sync(0, 0);
  return client;
}
