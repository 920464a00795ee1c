/** Sessions of the old password end when there is a new one, at whatever moment it was changed. */

import { describe, expect, it } from 'vitest';
import { callerOf } from '../../test/kit/gateway-api.js';
import { hostileGateway } from '../../test/kit/gateway-hostile.js';
import { hostMounted } from '../../test/kit/gateway-in-process.js';
import { GIF } from '../../test/kit/images.js';
import { md5 } from '../../test/kit/signing.js';
import { APPKEY, type Client, SECRET, sign, uniqueName } from '../../test/kit/wire-socket.js';
import { formOf, tokenOf, upload } from '../../test/kit/wire-uploads.js';

const DEVICE = 'device-of-the-user';
const NOBODY = { address: '', agent: '' };

describe('at whatever moment the server changes it', () => {
  // On PGlite, or the server that JMESSAGE_HOSTILE_POSTGRES names: with many connections there are more moments.
  const gateway = hostileGateway();
  const { clients } = gateway;
  /** Enough for each moment of a login to have been hit: with half of them the old way was found out every time. */
  const ROUNDS = 40;
  const MOMENTS = 20;

  const enter = async (client: Client, username: string, password: string, extra: object) => {
    await client.ask('c_init', sign(APPKEY, SECRET, Date.now()));
    return client.ask('login', { username, password: md5(password), ...extra });
  };

  async function change(username: string, password: string): Promise<void> {
    const path = `/v1/users/${username}/password`;
    expect(await callerOf(gateway)('PUT', path, { new_password: password })).toMatchObject({ status: 204 });
  }

  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
  };

  it('its upload tokens end as well', async () => {
    const username = uniqueName('changing');
    await callerOf(gateway)('POST', '/v1/users', [{ username, password: 'old password' }]);
    const client = await clients.connect();
    await enter(client, username, 'old password', {});
    const token = await tokenOf(client);
    const uploadOnce = async () =>
      (await upload(gateway.url, 'image', formOf(GIF), { username, token })).status;
    expect(await uploadOnce()).toBe(200);
    await change(username, 'new password');
    expect(await uploadOnce()).toBe(401);
  });

  it.each([
    ['without a device', {}],
    ['with one', { device: DEVICE }],
  ])('no session of a login %s stays', async (_, extra) => {
    const username = uniqueName('changing');
    await callerOf(gateway)('POST', '/v1/users', [{ username, password: 'password 0' }]);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const client = await clients.connect();
      const entering = enter(client, username, `password ${round}`, extra);
      await turns(round % MOMENTS);
      await change(username, `password ${round + 1}`);
      const { code } = await entering;
      if (code === 0) await client.next('disconnect');
      else refused += 1;
      client.close();
    }
    // Or nothing was tried at all.
    expect(refused).toBeLessThan(ROUNDS);
  });

  it('no session that came back by a token stays', async () => {
    const username = uniqueName('returning');
    await callerOf(gateway)('POST', '/v1/users', [{ username, password: 'password 0' }]);
    for (let round = 0; round < ROUNDS / 2; round += 1) {
      const first = await clients.connect();
      const { resume_token: token } = await enter(first, username, `password ${round}`, { device: DEVICE });
      const client = await clients.connect();
      const returning = client.ask('resume', { appkey: APPKEY, username, device: DEVICE, token });
      await turns(round % MOMENTS);
      await change(username, `password ${round + 1}`);
      if ((await returning).code === 0) await client.next('disconnect');
      first.close();
      client.close();
    }
  });
});

describe('within the transaction that opens a session', () => {
  const gateway = hostMounted();
  const { clients } = gateway;

  async function account() {
    const { username } = await clients.user();
    const found = await gateway.store.accounts.find(APPKEY, username);
    if (!found) throw new Error('no account');
    const hash = (await gateway.store.accounts.passwordHash(found.uid)) ?? '';
    return { uid: found.uid, hash, owner: { uid: found.uid, platform: 'web' } };
  }

  it.each([undefined, DEVICE])('the change waits, and finds the session (device %s)', async (device) => {
    const { accounts, resumeTokens } = gateway.store;
    const { uid, hash, owner } = await account();
    const order: string[] = [];
    let changing: Promise<unknown> | undefined;
    const opening = resumeTokens
      .open(owner, device, hash, NOBODY, () => {
        changing = accounts.setPassword(uid, 'another hash').then(() => order.push('changed'));
        order.push('entered');
        return true;
      })
      .then((opened) => {
        order.push('opened');
        return opened;
      });
    expect(await opening).not.toBe('passwordChanged');
    await changing;
    expect(order.indexOf('changed')).toBeGreaterThan(order.indexOf('entered'));
    expect(await resumeTokens.list(uid)).toEqual([]);
  });

  it('a session is not entered when the change was first', async () => {
    const { accounts, resumeTokens } = gateway.store;
    const { uid, hash, owner } = await account();
    let entered = 0;
    const enter = () => {
      entered += 1;
      return true;
    };
    const changing = accounts.setPassword(uid, 'another hash');
    const opening = resumeTokens.open(owner, DEVICE, hash, NOBODY, enter);
    await changing;
    expect(await opening).toBe('passwordChanged');
    expect(entered).toBe(0);
  });

  it('nothing is kept for a client that could not be let in', async () => {
    const { resumeTokens } = gateway.store;
    const { uid, hash, owner } = await account();
    expect(await resumeTokens.open(owner, DEVICE, hash, NOBODY, () => false)).toBe('notEntered');
    expect(await resumeTokens.list(uid)).toEqual([]);
  });

  it('of two who change the same password at once, one does', async () => {
    const { accounts } = gateway.store;
    const { uid, hash } = await account();
    const both = await Promise.all(
      ['one', 'other'].map((next) => accounts.setPassword(uid, next, { instead: hash })),
    );
    expect(both.sort()).toEqual([false, true]);
  });
});
