/** Another device of an account that is here at the same time: another platform than the web. */
import { APPKEY, type Client, md5, SECRET, sign } from './client.js';
import type { Guests } from './gateway.js';

export async function liveDevice(
  guests: Guests,
  username: string,
  fromPlatForm = 'android',
  password = md5('secret'),
): Promise<Client> {
  const client = await guests.connect();
  await client.ask('c_init', { ...sign(APPKEY, SECRET, Date.now()), fromPlatForm });
  const { code, message } = await client.login(username, password);
  if (code !== 0) throw new Error(`${username} cannot log in: ${message}`);
  await client.sync(0, 0);
  return client;
}
