/** Limits are settings, and each is kept to. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freshData, type TestData } from '../../test/kit/gateway-database.js';
import { Clients, type Mounted, mount, openStore } from '../../test/kit/gateway-in-process.js';
import { md5 } from '../../test/kit/signing.js';
import { APPS, nextRid, textTo } from '../../test/kit/wire-socket.js';
import type { Settings } from '../src/config.js';
import { startGateway } from '../src/server.js';
import type { Store } from '../src/store/index.js';

let data: TestData;
let store: Store;
let gateway: Mounted | undefined;
const clients = new Clients(() => gateway?.url ?? '');
const use = async (settings: Partial<Settings>, now?: () => number): Promise<void> => {
  gateway = await mount(store, settings, now);
};
beforeAll(async () => {
  data = await freshData();
  store = await openStore(data.path);
});
afterEach(async () => {
  clients.leave();
  await gateway?.close();
});
afterAll(async () => {
  await store.close();
  await data.remove();
});

describe('a socket', () => {
  it.each(['v4', 'v2'] as const)('with a frame above the limit is closed (%s)', async (library) => {
    await use({ frameBytes: 1_024 });
    const client = await clients.connect(library);
    expect(await client.init()).toMatchObject({ code: 0 });
    client.socket.emit('get_conversations', { rid: nextRid(), padding: '字'.repeat(400) });
    await client.next('disconnect');
    expect(client.all('ack')).toHaveLength(1);
  });

  it('that never presents a signature is closed', async () => {
    await use({ initTimeoutMs: 200 });
    const idle = await clients.connect();
    const user = await clients.user();
    await idle.next('disconnect');
    expect(await user.ask('get_conversations')).toMatchObject({ code: 0 });
  });

  it('that is logged in may ask so often and no more, until time has passed', async () => {
    let nowMs = Date.now();
    await use({ requestBurst: 10, requestsPerSecond: 2 }, () => nowMs);
    const user = await clients.user();
    const burst = () =>
      Promise.all(Array.from({ length: 10 }, () => user.ask('get_conversations'))).then((answers) =>
        answers.map(({ code }) => code),
      );
    expect((await burst()).filter((code) => code === 880209)).toHaveLength(0);
    nowMs += 2_000;
    expect((await burst()).filter((code) => code === 880209)).toHaveLength(6);
  });

  it('may acknowledge what it was pushed on top of that', async () => {
    const nowMs = Date.now();
    await use({ requestBurst: 20, requestsPerSecond: 1 }, () => nowMs);
    const bob = await clients.liveUser();
    for (let round = 1; round <= 2; round += 1) {
      const alice = await clients.liveUser();
      for (let index = 0; index < 15; index += 1) await alice.send(bob.username, `${index}`);
      await bob.live(15 * round);
    }
    const answers = await Promise.all((await bob.live(30)).map((message) => bob.acknowledge(message)));
    expect(answers.every(({ code }) => code === 0)).toBe(true);
  });

  it('may have so many requests waiting and no more', async () => {
    await use({ queuedRequests: 5 });
    const user = await clients.user();
    const asked = Array.from({ length: 50 }, () => user.ask('get_conversations'));
    const codes = (await Promise.all(asked)).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set([0, 882005]));
    expect(await user.ask('get_conversations')).toMatchObject({ code: 0 });
  });

  it('may let a send wait for its predecessor for so long, and is then refused it', async () => {
    await use({ orderTimeoutMs: 300 });
    const alice = await clients.user();
    const bob = await clients.liveUser();
    const lost = nextRid();
    const overdue = await alice.ask('s_across_single_text', {
      ...textTo(bob.username, 'overdue'),
      after: lost,
    });
    expect(overdue).toMatchObject({ code: 882003, message: expect.stringContaining('after') });
    // The bound is no end of the conversation.
    const rid = nextRid();
    alice.socket.emit('s_across_single_text', { ...textTo(bob.username, 'sent again'), after: lost, rid });
    expect(await alice.ask('s_across_single_text', textTo(bob.username, 'sent again'), rid)).toMatchObject({
      code: 0,
    });
    await bob.live(1);
    expect(bob.texts()).toEqual(['sent again']);
  });

  it('that falls too far behind during its sync is closed, and gets everything when it comes back', async () => {
    await use({ heldMessages: 3 });
    const alice = await clients.user();
    const bob = await clients.user();
    for (let index = 0; index < 5; index += 1) await alice.send(bob.username, `${index}`);
    await bob.next('disconnect');
    const back = await clients.user(bob.username);
    await back.sync(0, 0);
    expect((await back.next('sync_conversation')).messages[0]?.msgs).toHaveLength(5);
  });
});

describe('a client that does not read', () => {
  it('is closed instead of being written for without end', async () => {
    // The socket's own budget is what closes it, not that of its account.
    const others = { accountBacklogBytes: 1e9, totalBacklogBytes: 1e9 };
    await use({ backlogBytes: 1_000_000, ...others, requestBurst: 100_000, requestsPerSecond: 100_000 });
    const alice = await clients.user();
    const { username } = await clients.user();
    const idle = await clients.liveUser(username);
    // During a sync the gateway writes only as fast as the client reads, and keeps the ids of later messages.
    await alice.send(username, 'are you live?');
    await idle.live(1);
    await idle.ask('get_conversations');
    const { engine } = (idle.socket as unknown as { io: { engine: { transport: { ws: WebSocket } } } }).io;
    engine.transport.ws.pause();
    const text = 'x'.repeat(8_000);
    const AT_ONCE = 200;
    let sent = 1;
    // The operating system's own buffers may grow to 38 MB before anything waits in the gateway.
    while (gateway?.sessions() === 2 && sent < 6_000) {
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => alice.send(username, text)));
      expect(answers.every(({ code }) => code === 0)).toBe(true);
      sent += AT_ONCE;
    }
    expect(gateway?.sessions()).toBe(1);
    engine.transport.ws.resume();
    await idle.next('disconnect');
    expect(idle.texts().length).toBeLessThan(sent);
    // All is there when it comes back.
    const back = await clients.user(username);
    await back.sync(1, 1);
    await back.ask('get_conversations');
    const pushed = back
      .all('sync_conversation')
      .flatMap(({ messages }) => messages.flatMap(({ msgs }) => msgs));
    expect(pushed).toHaveLength(sent);
  });
});

describe('passwords', () => {
  it('may be tried again when the minute is over', async () => {
    let nowMs = Date.now();
    await use({ passwordTriesPerMinute: 2 }, () => nowMs);
    const { username } = await clients.user();
    const client = await clients.connect();
    await client.init();
    const codes: number[] = [];
    for (let tries = 0; tries < 3; tries += 1) codes.push((await client.login(username, md5('no'))).code);
    expect(codes).toEqual([880104, 880104, 880209]);
    nowMs += 60_000;
    expect(await client.login(username)).toMatchObject({ code: 0 });
  });
});

describe('an address', () => {
  it('is what our own proxy saw, where there is one', async () => {
    const own = await freshData();
    const running = await startGateway({
      apps: APPS,
      data: own.path,
      trustProxy: true,
      passwordTriesPerMinute: 1,
    });
    const visitors = new Clients(() => running.url);
    const { username } = await visitors.user();
    const codeFrom = async (forwarded: string): Promise<number> => {
      const client = await visitors.connect('v4', 'websocket', { 'X-Forwarded-For': forwarded });
      await client.init();
      return (await client.login(username, md5('no'))).code;
    };
    expect(await codeFrom('192.0.2.1')).toBe(880104);
    expect(await codeFrom('192.0.2.1')).toBe(880209);
    expect(await codeFrom('198.51.100.7, 192.0.2.1')).toBe(880209);
    expect(await codeFrom('192.0.2.1, 192.0.2.2')).toBe(880104);
    visitors.leave();
    await running.close();
    await own.remove();
  });
});

describe('answers for retries', () => {
  it('are kept for two days, and no longer than the setting says', async () => {
    const HOUR_MS = 3_600_000;
    let nowMs = Date.now();
    await use({}, () => nowMs);
    const timed = await freshData();
    const other = await openStore(timed.path, {}, () => nowMs);
    const mounted = await mount(other, {}, () => nowMs);
    const visitors = new Clients(
      () => mounted.url,
      () => nowMs,
    );
    const user = await visitors.user();
    const rid = nextRid();
    const first = await user.send(user.username, 'once', {}, rid);
    nowMs += 48 * HOUR_MS;
    await other.sweep();
    expect(await user.send(user.username, 'once', {}, rid)).toEqual(first);
    nowMs += 2 * HOUR_MS;
    await other.sweep();
    expect((await user.send(user.username, 'once', {}, rid)).msg_id).not.toBe(first.msg_id);
    visitors.leave();
    await mounted.close();
    await other.close();
    await timed.remove();
  });
});

describe('a connection that died without a word', () => {
  it.each([3, 4])('is noticed and closed (Engine.IO %i)', async (revision) => {
    const own = await freshData();
    const running = await startGateway({
      apps: APPS,
      data: own.path,
      pingIntervalMs: 100,
      pingTimeoutMs: 100,
    });
    const address = `${running.url.replace('http', 'ws')}/socket.io/?EIO=${revision}&transport=websocket`;
    const socket = new WebSocket(address);
    // It says hello and then nothing, not even the pings or pongs that are due.
    socket.on('open', () => revision === 4 && socket.send('40'));
    await new Promise((resolve) => socket.on('close', resolve));
    await running.close();
    await own.remove();
  });
});

describe('closing', () => {
  it('answers what is in hand first', async () => {
    // Long enough for whatever else the machine does: this is about what is answered, not about who hangs.
    await use({ closeGraceMs: 30_000 });
    const user = await clients.user();
    const payloads = Array.from({ length: 100 }, (_, index) => textTo(user.username, `${index}`));
    const sent = payloads.map((payload) => user.ask('s_across_single_text', payload));
    await user.next('ack', ({ rid }) => rid > 0 && user.all('ack').length > 3 + 50);
    await gateway?.close();
    await user.next('disconnect');
    const acknowledged = new Set(user.all('ack').map(({ rid }) => rid));
    const answered = new Set(user.seen.filter(({ event }) => event !== 'ack').map(({ data }) => data?.rid));
    expect([...acknowledged].filter((rid) => !answered.has(rid))).toEqual([]);
    void Promise.allSettled(sent);
  });
});
