/**
 * Puts the demo's accounts on a gateway, with a conversation, a group and a few friendships between them, once.
 *
 * It can run any number of times. It asks with an account that no user has whether it is done: a login as alice would end the session of
 * an open demo. After an interruption it repeats the same `rid`s and payloads, which the gateway recognises. Alice keeps the last messages
 * unread, and an invitation without an answer.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from './seed-client.mjs';

const read = async (name) => JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8'));
const demo = await read('./accounts.json');

/** The application that the demo page belongs to. */
export const APPKEY = demo.appkey;

const UNREAD_MESSAGES = 2;
const UNREAD_IN_GROUP = 1;
/** Registered last, so it exists exactly if all other data does. */
const MARKER = { username: 'demo-seed', password: demo.accounts[0].password, nickname: 'Seed' };
/** Message n of a conversation always has its first `rid` + n. The gateway recognises a repeated run by these. */
const FIRST_MESSAGE_RID = 1_000;
const GROUP_RID = 2_000;
const USER_NOT_EXIST = 880103;
const REPEATED_ADD = 880607;
const ALREADY_FRIEND = 881302;
const INVITATION_NOT_VALID = 881305;
const USER_EXISTS = 882002;
const SINGLE = 3;
const GROUP = 4;

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
    await populate(gateway, appkey);
    await setup.request('register', { ...credentials(MARKER), nickname: MARKER.nickname }, [USER_EXISTS]);
    return true;
  } finally {
    setup.close();
  }
}

async function populate(gateway, appkey) {
  /** By username. */
  const clients = {};
  try {
    for (const account of demo.accounts) {
      const client = await connect(gateway, appkey);
      clients[account.username] = client;
      await client.request('login', credentials(account));
    }
    // A fixed time, so that a repeated run sends the same payloads.
    const { user_info } = await clients.alice.request('get_across_user_info', { username: 'alice' });
    const world = { clients, appkey, startMs: user_info.mtime * 1_000 };
    await converse(world);
    await talkInGroup(world);
    await befriend(clients);
  } finally {
    for (const client of Object.values(clients)) client.close();
  }
}

async function converse({ clients, appkey, startMs }) {
  const script = await read('./conversation.json');
  const marks = { alice: 'bob', bob: 'alice' };
  for (const [index, [from, text]] of script.entries()) {
    if (index === script.length - UNREAD_MESSAGES) {
      for (const [reader, username] of Object.entries(marks)) {
        await clients[reader].request('unread_single_count', { type: SINGLE, appkey, username });
      }
    }
    const target = accountOf(marks[from]);
    const names = { target_id: target.username, target_name: target.nickname };
    const content = {
      ...names,
      ...contentOf(from, 'single', text, appkey, startMs + index),
      target_appkey: appkey,
    };
    const message = { rid: FIRST_MESSAGE_RID + index, ...names, appkey, need_receipt: true, content };
    await clients[from].request('s_across_single_text', message, [], 's_single_text');
  }
}

async function talkInGroup({ clients, appkey, startMs }) {
  const { name, messages } = await read('./group.json');
  const made = { rid: GROUP_RID, group_name: name, group_description: '', is_limit: false };
  const { gid } = await clients.alice.request('create_group', made);
  const others = demo.accounts.filter(({ username }) => username !== 'alice');
  const member_usernames = others.map(({ username }) => ({ username, appkey }));
  await clients.alice.request('add_across_group_member', { gid, member_usernames }, [REPEATED_ADD]);
  for (const [index, [from, text, mentioned = []]] of messages.entries()) {
    if (index === messages.length - UNREAD_IN_GROUP) {
      for (const client of Object.values(clients))
        await client.request('unread_group_count', { type: GROUP, gid });
    }
    const content = {
      target_id: String(gid),
      target_name: name,
      ...contentOf(from, 'group', text, appkey, startMs + index),
    };
    await clients[from].request('send_group_msg', {
      rid: GROUP_RID + 1 + index,
      target_gid: gid,
      target_name: name,
      need_receipt: true,
      ...(mentioned.length > 0 && { users: mentioned.map((username) => ({ username, appkey })) }),
      content,
    });
  }
}

/** Alice and Bob are friends. Mei has invited Alice. */
async function befriend({ alice, bob, mei }) {
  await alice.request('add_friend', { target_name: 'bob', from_type: 1, why: '' }, [ALREADY_FRIEND]);
  const answers = [ALREADY_FRIEND, INVITATION_NOT_VALID];
  await bob.request('add_friend', { target_name: 'alice', from_type: 2, why: 'yes' }, answers);
  const why = 'Mei from design. We talk all day anyway!';
  await mei.request('add_friend', { target_name: 'alice', from_type: 1, why }, [ALREADY_FRIEND]);
}

const accountOf = (username) => demo.accounts.find((account) => account.username === username);

const contentOf = (from, target_type, text, appkey, create_time) => ({
  version: 1,
  target_type,
  from_appkey: appkey,
  from_platform: 'web',
  from_id: from,
  from_name: accountOf(from).nickname,
  create_time,
  msg_type: 'text',
  msg_body: { text },
});

const credentials = ({ username, password }) => ({
  username,
  password: createHash('md5').update(password).digest('hex'),
  is_md5: true,
});
