/** Guessing at passwords, tokens and secrets: how much of it is answered, whom it keeps out, and what the log says of it. */

import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { callerOf } from '../../test/kit/gateway-api.js';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { basicAuth, md5 } from '../../test/kit/signing.js';
import { APPKEY, type Client, OTHER_APPKEY, SECRET, uniqueName } from '../../test/kit/wire-socket.js';
import { ServerGuard } from '../src/auth/server-guard.js';
import { memoryEngine } from '../src/engine/memory.js';
import { LocalLimiter } from '../src/util/limiter.js';

const logged: Record<string, unknown>[] = [];
const log = pino(
  { level: 'warn' },
  new Writable({
    write(chunk, _encoding, done) {
      logged.push(JSON.parse(String(chunk)));
      done();
    },
  }),
);

const gateway = hostGateway({ trustProxy: true });
/** Of its own: what is logged is bounded. */
const audited = hostGateway({ trustProxy: true, log });

const DEVICE = 'device-of-the-owner';
const WRONG = md5('wrong');
const REFUSED = 880104;
const THROTTLED = 880209;

let lastAddress = 0;
/** An address that no other test has. */
function anAddress(): string {
  lastAddress += 1;
  return `198.51.${lastAddress >> 8}.${lastAddress & 255}`;
}

async function from(address: string, host = gateway): Promise<Client> {
  const client = await host.clients.connect('v4', 'websocket', { 'x-forwarded-for': address });
  await client.init();
  return client;
}

const tryOf = async (client: Client, username: string, password = WRONG, device?: string): Promise<number> =>
  (await client.ask('login', { username, password, ...(device && { device }) })).code;

/** Accounts that nobody has logged in to yet. */
async function accounts(count: number, host = gateway): Promise<string[]> {
  const names = Array.from({ length: count }, () => uniqueName('guessed'));
  const users = names.map((username) => ({ username, password: 'secret' }));
  await callerOf(host)('POST', '/v1/users', users);
  return names;
}

/** One that was logged in to from there. */
async function ownerAt(address: string, device?: string): Promise<string> {
  const [username = ''] = await accounts(1);
  const client = await from(address);
  expect(await tryOf(client, username, md5('secret'), device)).toBe(0);
  client.close();
  return username;
}

const countOf = (codes: readonly number[], code: number): number =>
  codes.filter((one) => one === code).length;

describe('passwords', () => {
  it('of many accounts are not tried from one address, and the owner of another one gets in there', async () => {
    const address = anAddress();
    const owner = await ownerAt(address);
    const attacker = await from(address);
    const codes: number[] = [];
    for (const username of await accounts(60)) codes.push(await tryOf(attacker, username));
    expect(countOf(codes, REFUSED)).toBeGreaterThanOrEqual(30);
    expect(countOf(codes, REFUSED)).toBeLessThan(45);
    expect(codes).toContain(THROTTLED);
    expect(await tryOf(await from(address), owner, md5('secret'))).toBe(0);
  });

  it('that are right are all admitted, when sixty colleagues log in at once from an address that is new', async () => {
    const address = anAddress();
    const clients = await Promise.all(
      (await accounts(60)).map(async (username) => ({ username, client: await from(address) })),
    );
    const codes = await Promise.all(
      clients.map(({ client, username }) => tryOf(client, username, md5('secret'))),
    );
    expect(countOf(codes, 0)).toBe(60);
  });

  it('that are wrong are refused at the limit, however many arrive at once', async () => {
    const address = anAddress();
    const clients = await Promise.all(
      (await accounts(60)).map(async (username) => ({ username, client: await from(address) })),
    );
    const codes = await Promise.all(clients.map(({ client, username }) => tryOf(client, username)));
    expect(countOf(codes, REFUSED)).toBeLessThan(45);
    expect(countOf(codes, REFUSED) + countOf(codes, THROTTLED)).toBe(60);
  });

  it('are not tried with names that nobody has for longer either', async () => {
    const attacker = await from(anAddress());
    const codes: number[] = [];
    for (let tries = 0; tries < 60; tries += 1) codes.push(await tryOf(attacker, uniqueName('nobody')));
    expect(countOf(codes, 880103)).toBeLessThan(45);
    expect(codes).toContain(THROTTLED);
  });

  it('of one account are not tried from many addresses, and its owner gets in from where he was before', async () => {
    const home = anAddress();
    const owner = await ownerAt(home);
    const codes: number[] = [];
    for (let tries = 0; tries < 60; tries += 1) {
      const attacker = await from(anAddress());
      codes.push(await tryOf(attacker, owner));
      attacker.close();
    }
    expect(countOf(codes, REFUSED)).toBeLessThan(45);
    expect(codes).toContain(THROTTLED);
    expect(await tryOf(await from(home), owner, md5('secret'))).toBe(0);
  });

  it('of one account at one address keep no device out that was logged in before, which has tries of its own', async () => {
    const address = anAddress();
    const owner = await ownerAt(address, DEVICE);
    const attacker = await from(address);
    const codes: number[] = [];
    for (let tries = 0; tries < 15; tries += 1) codes.push(await tryOf(attacker, owner));
    expect(countOf(codes, REFUSED)).toBeLessThan(13);
    expect(await tryOf(attacker, owner, WRONG, 'another-device-of-nobody')).toBe(THROTTLED);
    expect(await tryOf(await from(address), owner, md5('secret'), DEVICE)).toBe(0);
    // Also from a network where it never was.
    expect(await tryOf(await from(anAddress()), owner, md5('secret'), DEVICE)).toBe(0);
    // A thief of the device’s name guesses no faster.
    const thief = await from(anAddress());
    const more: number[] = [];
    for (let tries = 0; tries < 15; tries += 1) more.push(await tryOf(thief, owner, WRONG, DEVICE));
    expect(countOf(more, REFUSED)).toBeLessThan(13);
    expect(more).toContain(THROTTLED);
  });

  it('from one /64 count as from one address', async () => {
    const [username = ''] = await accounts(1);
    const codes: number[] = [];
    for (let tries = 1; tries <= 25; tries += 1) {
      const attacker = await from(`2001:db8:0:${lastAddress.toString(16)}::${tries.toString(16)}`);
      codes.push(await tryOf(attacker, username));
      attacker.close();
    }
    expect(countOf(codes, REFUSED)).toBeLessThan(13);
    expect(codes).toContain(THROTTLED);
  });

  it('that are asked for to change them are tried no faster by somebody who has a session', async () => {
    const user = await gateway.clients.user();
    const change = () => user.ask('update_user_pwd', { old_pwd: WRONG, new_pwd: md5('new') });
    const codes: number[] = [];
    for (let tries = 0; tries < 15; tries += 1) codes.push((await change()).code);
    expect(countOf(codes, REFUSED)).toBeLessThan(13);
    expect(codes).toContain(THROTTLED);
  });
});

describe('a masterSecret', () => {
  const call = async (address: string, secret: string): Promise<number> => {
    const { status } = await fetch(`${gateway.url}/v1/groups/1/members`, {
      headers: { authorization: basicAuth(APPKEY, secret), 'x-forwarded-for': address },
    });
    return status;
  };

  it('is not guessed at for long, and the application’s own server is not kept out meanwhile', async () => {
    const address = anAddress();
    expect(await call(address, SECRET)).toBe(400);
    const statuses: number[] = [];
    for (let tries = 0; tries < 60; tries += 1) statuses.push(await call(address, `guess ${tries}`));
    expect(countOf(statuses, 401)).toBeLessThan(45);
    expect(statuses).toContain(429);
    expect(await call(address, SECRET)).toBe(400);
    expect(await call(anAddress(), SECRET)).toBe(400);
  });

  it('is not even looked at any more where nobody had the right one', async () => {
    const guard = new ServerGuard(2, new LocalLimiter(() => 0), memoryEngine);
    const checks = async (...tries: (readonly [source: string, isRight: boolean])[]): Promise<string[]> => {
      const verdicts: string[] = [];
      for (const [source, isRight] of tries) verdicts.push(await guard.check(APPKEY, source, () => isRight));
      return verdicts;
    };
    expect(await checks(['here', false], ['here', false], ['here', true])).toEqual([
      'wrong',
      'wrong',
      'throttled',
    ]);
    expect(await checks(['there', true], ['there', false], ['there', false])).toEqual([
      'right',
      'wrong',
      'wrong',
    ]);
    expect(await checks(['there', false], ['there', true])).toEqual(['throttled', 'right']);
  });
});

describe('the log', () => {
  const auditOf = (address: string) =>
    logged.filter((line) => line.audit !== undefined && line.address === address);

  it('has a line for each refused login, with who, from where and why, and without what was tried', async () => {
    const address = anAddress();
    const [username = ''] = await accounts(1, audited);
    const client = await from(address, audited);
    await tryOf(client, username);
    const nobody = uniqueName('nobody');
    await tryOf(client, nobody);
    const common = { level: 40, audit: 'login_refused', appkey: APPKEY, address };
    expect(auditOf(address)).toMatchObject([
      { ...common, username, reason: 'wrong password' },
      { ...common, username: nobody, reason: 'no such user' },
    ]);
    expect(JSON.stringify(logged)).not.toContain(WRONG);
  });

  it('has a line for each token and each secret that was refused', async () => {
    const address = anAddress();
    const [username = ''] = await accounts(1, audited);
    const client = await audited.clients.connect('v4', 'websocket', { 'x-forwarded-for': address });
    const token = 'a-token-that-was-made-up';
    await client.ask('resume', { appkey: APPKEY, username, device: DEVICE, token });
    await fetch(`${audited.url}/v1/users`, {
      method: 'POST',
      headers: { authorization: basicAuth(OTHER_APPKEY, 'a guessed secret'), 'x-forwarded-for': address },
    });
    expect(auditOf(address)).toMatchObject([
      { audit: 'resume_refused', username, reason: 'wrong token' },
      { audit: 'server_refused', appkey: OTHER_APPKEY, reason: 'wrong secret' },
    ]);
    for (const secret of [token, 'a guessed secret']) expect(JSON.stringify(logged)).not.toContain(secret);
  });

  it('is not filled by somebody who is refused all the time', async () => {
    const before = logged.length;
    const client = await from(anAddress(), audited);
    for (let tries = 0; tries < 400; tries += 1) await tryOf(client, 'nobody');
    expect(logged.length - before).toBeLessThan(300);
  });
});
