/** Costs that a client can cause over sockets: without reading, without a login, and without end. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { hostileGateway } from '../../../test/kit/gateway-hostile.js';
import { basicAuth } from '../../../test/kit/signing.js';
import { bareSocket, half, initFrame, largeTo, Polling, stopReading } from '../../../test/kit/wire-raw.js';
import { type Client, nextRid } from '../../../test/kit/wire-socket.js';

const MB = 1_024 * 1_024;
const gateway = hostileGateway({
  strangersOfAddress: 20,
  requestsPerSecond: 1,
  requestBurst: 100,
  refusedRequests: 50,
});
const { clients } = gateway;

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');
function inUse(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const isServed = async (client: Client): Promise<boolean> =>
  (await client.ask('get_conversations')).code === 0;

describe('a client that reads nothing', () => {
  it('is served no further, and each login anew keeps next to nothing', async () => {
    const alice = await clients.liveUser();
    const { username } = await clients.user();
    for (let sent = 0; sent < 20; sent += 1) await alice.ask('s_across_single_text', largeTo(username));
    const asks = { type: 3, username: alice.username, appkey: 'app1', limit: 100 };
    const before = inUse();
    for (let logins = 0; logins < 10; logins += 1) {
      const client = await clients.user(username);
      stopReading(client);
      for (let asked = 0; asked < 8; asked += 1) {
        client.socket.emit('get_history', { ...asks, rid: nextRid() });
      }
      expect(await isServed(alice)).toBe(true);
    }
    // Nine megabytes for each login, before.
    expect(inUse() - before).toBeLessThan(20 * MB);
  });
});

describe('a stranger', () => {
  it('with a body of 11 000 packets is cut off, unanswered, and nobody waits', async () => {
    const user = await clients.liveUser();
    const polling = await Polling.open(gateway.url);
    const body = Array.from({ length: 11_000 }, () => '42["x",{"rid":1}]').join('\x1e');
    expect(body.length).toBeLessThan(256 * 1_024);
    await polling.post(body);
    expect(await polling.isThere()).toBe(false);
    expect(await isServed(user)).toBe(true);
  });

  it('may not send a body of a megabyte at all', async () => {
    const polling = await Polling.open(gateway.url);
    expect(await polling.post('x'.repeat(MB - 10))).toBe(413);
    expect(await polling.isThere()).toBe(false);
  });

  it('that sends for namespaces without end is cut off', async () => {
    const { socket, closed } = await bareSocket(gateway.url);
    for (let count = 0; count < 2_000; count += 1) socket.send(`40/${count},`);
    await closed;
  });

  it('cannot leave a message unfinished that is larger than a frame', async () => {
    const { socket, closed } = await bareSocket(gateway.url);
    for (let count = 0; count < 4; count += 1) socket.send('x'.repeat(30_000), { fin: false });
    expect(await closed).toBe(1_009);
  });

  it('has so many sockets; a logged-in client does not count', async () => {
    const open = await Promise.all(Array.from({ length: 20 }, () => bareSocket(gateway.url)));
    await expect(bareSocket(gateway.url)).rejects.toThrow();
    for (const { socket } of open.slice(0, 10)) socket.close();
    await Promise.all(open.slice(0, 10).map(({ closed }) => closed));
    for (let count = 0; count < 12; count += 1) await clients.user();
    for (const { socket } of open) socket.close();
    await Promise.all(open.map(({ closed }) => closed));
  });

  it('is thrown out when it goes on beyond its limit', async () => {
    const { socket, closed } = await bareSocket(gateway.url);
    for (let count = 0; count < 600; count += 1) socket.send(initFrame(1));
    await closed;
  });
});

describe('a socket of an account', () => {
  it('brings no limits of its own, and is closed when it goes on beyond them', async () => {
    const { username } = await clients.user();
    const spend = async (client: Client, count: number): Promise<number[]> => {
      const answers = Array.from({ length: count }, () => client.ask('get_conversations'));
      return (await Promise.all(answers)).map(({ code }) => code);
    };
    const first = await clients.user(username);
    expect(new Set(await spend(first, 60))).toEqual(new Set([0]));
    const second = await clients.user(username);
    const codes = await spend(second, 80);
    expect(codes.filter((code) => code === 0).length).toBeLessThan(75);
    expect(codes).toContain(880209);
    for (let count = 0; count < 200; count += 1) second.socket.emit('get_conversations', { rid: nextRid() });
    await second.next('disconnect');
  });
});

describe('a request over HTTP', () => {
  it('of who may not call is refused before anything of its body is there', async () => {
    const { socket, ended } = half(gateway.port, [
      'POST /v1/users/ HTTP/1.1',
      'host: localhost',
      'content-type: application/json',
      'content-length: 1000000',
      `authorization: ${basicAuth('app1', 'wrong')}`,
      '',
      '[',
    ]);
    expect(await ended).toContain('899008');
    socket.destroy();
  });

  it('that does not arrive is cut off', async () => {
    const { ended } = half(gateway.port, [
      'POST /v1/users/ HTTP/1.1',
      'host: localhost',
      'content-type: application/json',
      'content-length: 1000',
      `authorization: ${basicAuth('app1', 'secret-1')}`,
      '',
      '[',
    ]);
    expect(await ended).not.toContain('201');
  });

  it('of a call that brings little may not bring much', async () => {
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: basicAuth('app1', 'secret-1'),
      },
      body: JSON.stringify({ x: 'x'.repeat(200_000) }),
    });
    expect(response.status).toBe(413);
  });
});

describe('coming back', () => {
  it('is asked of the application and the account before anything is kept of it', async () => {
    const client = await clients.connect();
    const asks = { device: 'd'.repeat(36), token: 'x'.repeat(43), flag: 1, fromPlatForm: 'j' };
    // Ten tries a minute would be over by then, if they were counted for what nobody has.
    for (let count = 0; count < 15; count += 1) {
      const answer = await client.ask('resume', { ...asks, appkey: 'none', username: 'nobody' });
      expect(answer.code).not.toBe(880209);
    }
    expect(await isServed(await clients.user())).toBe(true);
  });
});
