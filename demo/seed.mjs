/**
 * Puts the demo's two accounts and a conversation between them on a gateway, once.
 *
 * Run it as often as you like: whether it has been done is asked with an account that nobody uses (a login as alice would end the
 * session of whoever has the demo open), and a run that was cut short is repeated with the same `rid`s and payloads, which the gateway
 * recognises. Alice is left with the last messages unread.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { io } from 'socket.io-client';

const read = async (name) => JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8'));
const demo = await read('./accounts.json');

/** The application that the demo page belongs to. */
export const APPKEY = demo.appkey;

const ANSWER_TIMEOUT_MS = 10_000;
const UNREAD_MESSAGES = 2;
/** Registered last: there exactly if the rest is. */
const MARKER = { username: 'demo-seed', password: demo.accounts[0].password, nickname: 'Seed' };
/** Message n of the conversation always has `rid` FIRST_MESSAGE_RID + n: what a repeated run is recognised by. */
const FIRST_MESSAGE_RID = 1_000;
const USER_NOT_EXIST = 880103;
const USER_EXISTS = 882002;

/**
 * @param {{gateway: string, appkey?: string}} options
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function seed({ gateway, appkey = APPKEY }) {
  const setup = await connect(gateway, appkey);
  try {
    const done = await setup.request('login', credentials(MARKER), [USER_NOT_EXIST]);
    if (done.code === 0) return false;
    for (const { nickname, signature, ...account } of demo.accounts) {
      await setup.request('register', { ...credentials(account), nickname, signature }, [USER_EXISTS]);
    }
    await converse(gateway, appkey);
    await setup.request('register', { ...credentials(MARKER), nickname: MARKER.nickname }, [USER_EXISTS]);
    return true;
  } finally {
    setup.close();
  }
}

async function converse(gateway, appkey) {
  const script = await read('./conversation.json');
  const clients = new Map();
  try {
    for (const account of demo.accounts) {
      const client = await connect(gateway, appkey);
      clients.set(account.username, client);
      await client.request('login', credentials(account));
    }
    const [alice] = demo.accounts;
    const { user_info } = await clients
      .get(alice.username)
      .request('get_across_user_info', { username: alice.username });
    for (const [index, [from, text]] of script.entries()) {
      if (index === script.length - UNREAD_MESSAGES) {
        for (const client of clients.values()) await client.acknowledge();
      }
      const [target] = demo.accounts.filter(({ username }) => username !== from);
      const sender = demo.accounts.find(({ username }) => username === from);
      await clients.get(from).request(
        's_across_single_text',
        {
          rid: FIRST_MESSAGE_RID + index,
          target_id: target.username,
          target_name: target.nickname,
          appkey,
          content: {
            version: 1,
            target_type: 'single',
            target_id: target.username,
            target_name: target.nickname,
            target_appkey: appkey,
            from_appkey: appkey,
            from_platform: 'web',
            from_id: from,
            from_name: sender.nickname,
            // Not the time of this run, so that a repeated one sends the same payload.
            create_time: user_info.mtime * 1_000 + index,
            msg_type: 'text',
            msg_body: { text },
          },
        },
        [],
        's_single_text',
      );
    }
  } finally {
    for (const client of clients.values()) client.close();
  }
}

const credentials = ({ username, password }) => ({
  username,
  password: createHash('md5').update(password).digest('hex'),
  is_md5: true,
});

/** A socket that has presented its signature. */
async function connect(gateway, appkey) {
  const response = await fetch(`${gateway}/dev/auth?appkey=${encodeURIComponent(appkey)}`);
  if (!response.ok) throw new Error(`seed: ${gateway}/dev/auth answered ${response.status}`);
  const auth = await response.json();
  const socket = io(gateway, { transports: ['websocket'], forceNew: true, reconnection: false });
  let lastRid = 0;

  /** The next `event` that `wanted` accepts. */
  const next = (event, wanted) =>
    new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        clearTimeout(timer);
        socket.off(event, onEvent);
        socket.off('disconnect', onDisconnect);
        settle(value);
      };
      const onEvent = (data) => {
        if (wanted(data)) finish(resolve, data);
      };
      const onDisconnect = (reason) => finish(reject, new Error(`seed: disconnected (${reason})`));
      const timer = setTimeout(
        () => finish(reject, new Error(`seed: no ${event} within ${ANSWER_TIMEOUT_MS} ms`)),
        ANSWER_TIMEOUT_MS,
      );
      socket.on(event, onEvent);
      socket.on('disconnect', onDisconnect);
    });

  /** @param {number[]} accepted failure codes that are no failure here */
  const request = async (event, payload, accepted = [], answeredAs = event) => {
    lastRid += 1;
    const rid = payload.rid ?? lastRid;
    const answered = next(answeredAs, (data) => data.rid === rid);
    socket.emit(event, { ...payload, rid });
    const answer = await answered;
    if (answer.code !== 0 && !accepted.includes(answer.code)) {
      throw new Error(`seed: ${event} failed with ${answer.code} ${answer.message}`);
    }
    return answer;
  };

  /** Takes what has arrived as read. Roaming, so that there is always something to acknowledge. */
  const acknowledge = async () => {
    const [{ sync_key }] = await Promise.all([
      next('sync_conversation', () => true),
      request('sync_check', { sync_key: 0, sync_type: 1, sync_event_key: 0, msg_receipt_key: 0 }),
    ]);
    await request('sync_conversation_ack', { sync_key });
  };

  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const client = { request, acknowledge, close: () => socket.close() };
  try {
    await request('c_init', { ...auth, flag: 0, fromPlatForm: 'j' });
  } catch (error) {
    client.close();
    throw error;
  }
  return client;
}
