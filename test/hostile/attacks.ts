/** The kinds of attackers: loops that end with their process. Their load is bounded, and they attack loopback only. */
import { md5 } from '../kit/signing.js';
import { largeTo, Polling, stopReading } from '../kit/wire-raw.js';
import { Client, nextRid } from '../kit/wire-socket.js';
import { enter, enterAll, PASSWORD, range } from './stage.js';

const MEMBERS = 60;
/** A pause between two rounds, because an attacker that uses the whole machine proves nothing about the gateway. */
const PAUSE_MS = 20;
const pause = (ms = PAUSE_MS): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Prepares an attack. @param index of the attacker @returns the attack itself, which never ends */
type Attack = (url: string, index: number) => Promise<() => Promise<void>>;

/** Accounts of an attacker, registered beforehand. */
export const attackerName = (index: number): string => `attacker-${index}`;
const memberName = (index: number): string => `member-${index}`;
export const MEMBER_NAMES = range(MEMBERS).map(memberName);

/** Repeats the attack, whatever its outcome. */
const forever = async (work: () => Promise<void>): Promise<void> => {
  for (;;) {
    await Promise.race([work().catch(() => {}), pause(5_000)]);
    await pause();
  }
};

export const ATTACKS: Readonly<Record<string, Attack>> = {
  /** Logs in, asks for a large history eight times, and reads nothing. */
  unread: async (url, index) => {
    const own = await enter(url, attackerName(index));
    for (const _ of range(40)) await own.ask('s_across_single_text', largeTo(attackerName(index)));
    own.close();
    return () =>
      forever(async () => {
        const client = await Client.connect(url);
        await client.init();
        await client.login(attackerName(index), md5(PASSWORD));
        stopReading(client);
        for (const _ of range(8)) {
          client.socket.emit('get_history', {
            type: 3,
            username: attackerName(index),
            appkey: 'app1',
            limit: 100,
            rid: nextRid(),
          });
        }
        await pause(200);
      });
  },
  /** Without a signature: polling bodies with the maximum number of packets. */
  packets: async (url) => () =>
    forever(async () => {
      const polling = await Polling.open(url);
      await polling.post(
        range(44_000)
          .map(() => '42["x",{"rid":1}]')
          .join('\x1e'),
      );
    }),
  /** Without a signature: tokens for unknown names. */
  tokens: async (url) => () =>
    forever(async () => {
      const client = await Client.connect(url);
      const asks = {
        appkey: 'none',
        device: 'd'.repeat(36),
        token: 'x'.repeat(43),
        flag: 1,
        fromPlatForm: 'j',
      };
      for (const _ of range(400))
        client.socket.emit('resume', { ...asks, username: `${Math.random()}`, rid: nextRid() });
      await pause(200);
      client.close();
    }),
  /** Creates groups without end. */
  groups: async (url, index) => {
    const client = await enter(url, attackerName(index));
    return () =>
      forever(async () => {
        const made = range(20).map((name) =>
          client.ask('create_group', { name: `${name}`, is_limit: false, group_description: '' }),
        );
        const answers = await Promise.all(made);
        if (answers.some(({ code }) => code === 880209)) await pause(500);
      });
  },
  /** Messages of the maximum frame size to a group of sixty online members. */
  fanout: async (url, index) => {
    const client = await enter(url, attackerName(index));
    await enterAll(url, MEMBER_NAMES);
    const { gid } = await client.ask('create_group', { name: 'g', is_limit: false, group_description: '' });
    await client.ask('add_across_group_member', {
      gid,
      member_usernames: MEMBER_NAMES.map((username) => ({ username, appkey: 'app1' })),
    });
    const { content } = largeTo('x') as { content: object };
    const message = {
      target_gid: gid,
      content: { ...content, target_type: 'group', target_id: String(gid) },
      no_offline: false,
      no_notification: false,
      need_receipt: false,
    };
    return () =>
      forever(async () => {
        await Promise.all(range(10).map(() => client.ask('send_group_msg', message)));
      });
  },
  /** Syncs all roaming messages again and again. */
  sync: async (url, index) => {
    const client = await enter(url, attackerName(index));
    for (const _ of range(100)) await client.send(attackerName(index), 'x'.repeat(4_000));
    return () =>
      forever(async () => {
        await Promise.all(range(5).map(() => client.sync(0, 1)));
      });
  },
  /** Without the secret: request bodies of the server API. */
  bodies: async (url) => () =>
    forever(async () => {
      await Promise.allSettled(
        range(20).map(() => fetch(`${url}/v1/users/`, { method: 'POST', body: 'x'.repeat(1_000_000) })),
      );
    }),
};
