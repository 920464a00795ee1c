/** Growth of the stored data: messages, accounts, and traces of changes. */

import { describe, expect, it } from 'vitest';
import { hostileGateway } from '../../../test/kit/gateway-hostile.js';
import { basicAuth, md5 } from '../../../test/kit/signing.js';
import { largeTo } from '../../../test/kit/wire-raw.js';
import { nextRid, SECRET, textTo } from '../../../test/kit/wire-socket.js';

describe('stored data of an account', () => {
  const gateway = hostileGateway({ storedItems: 20, storedBytes: 300_000 });
  const { clients } = gateway;

  it('is so many messages, and a retry of one that was taken is still answered', async () => {
    const [alice, bob] = await clients.two();
    const rid = nextRid();
    const payload = textTo(bob.username, 'first');
    const first = await alice.ask('s_across_single_text', payload, rid);
    const codes: number[] = [];
    for (let sent = 0; sent < 25; sent += 1) codes.push((await alice.send(bob.username, `${sent}`)).code);
    expect(codes.filter((code) => code === 0)).toHaveLength(19);
    expect(codes.at(-1)).toBe(880209);
    expect(await alice.ask('s_across_single_text', payload, rid)).toEqual(first);
    // The others go on.
    expect(await bob.send(alice.username, 'hello')).toMatchObject({ code: 0 });
  });

  it('is so many bytes', async () => {
    const [alice, bob] = await clients.two();
    const codes: number[] = [];
    for (let sent = 0; sent < 8; sent += 1) {
      codes.push((await alice.ask('s_across_single_text', largeTo(bob.username))).code);
    }
    expect(codes).toEqual([0, 0, 0, 0, 0, 0, 880209, 880209]);
  });

  it('is so much of what others hear of', async () => {
    const alice = await clients.liveUser();
    const codes: number[] = [];
    for (let count = 0; count < 22; count += 1) {
      codes.push((await alice.ask('update_user_inf', { nickname: `${count}` })).code);
    }
    expect(codes.filter((code) => code === 0)).toHaveLength(20);
    expect(codes.at(-1)).toBe(880209);
  });
});

describe('registration', () => {
  const limited = hostileGateway({ registrationsPerHour: 5 });
  const off = hostileGateway({ registration: 'server' });

  it('by pages is so often an hour, and an account that was made stays made', async () => {
    const client = await limited.clients.connect();
    await client.init();
    const register = async (username: string, rid = nextRid()) =>
      (await client.ask('register', { username, password: md5('secret') }, rid)).code;
    const rid = nextRid();
    expect(await register('user-0', rid)).toBe(0);
    for (let count = 1; count < 5; count += 1) expect(await register(`user-${count}`)).toBe(0);
    expect(await register('user-5')).toBe(880209);
    expect(await register('user-0', rid)).toBe(0);
  });

  it('can be the server’s alone', async () => {
    const client = await off.clients.connect();
    await client.init();
    const { code } = await client.ask('register', { username: 'somebody', password: md5('secret') });
    expect(code).toBe(880614);
    const made = await fetch(`${off.url}/v1/users/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: basicAuth('app1', SECRET),
      },
      body: JSON.stringify([{ username: 'somebody', password: 'secret' }]),
    });
    expect(made.status).toBe(201);
    expect(await client.login('somebody')).toMatchObject({ code: 0 });
  });
});
