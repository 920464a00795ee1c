/** The end of resume tokens: log-outs, new passwords, other logins, and outdated tokens that are presented again. */

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { hostMounted } from '../../test/kit/gateway-in-process.js';
import { DEVICE, OTHER_DEVICE, REFUSED, ResumingClients } from '../../test/kit/gateway-resume.js';
import { md5 } from '../../test/kit/signing.js';
import { until } from '../../test/kit/until.js';
import { APPKEY, type Client, nextRid } from '../../test/kit/wire-socket.js';

const gateway = hostMounted();
const resuming = new ResumingClients(gateway.clients);

/** As a page does that is closed right after its log-out. */
function leave({ socket }: Client): void {
  for (const event of ['get_conversations', 'sync_check', 'get_groups_list', 'get_friend_list', 'log_out'])
    socket.emit(event, { rid: nextRid(), sync_key: 0, sync_event_key: 0, msg_receipt_key: 0 });
  socket.close();
}

describe('a token is worth nothing any more', () => {
  it('after log_out, which closes the socket', async () => {
    const user = await resuming.owner();
    expect(await user.ask('log_out')).toMatchObject({ code: 0 });
    await user.next('disconnect');
    expect((await resuming.resume(user.username, user.token))[1]).toMatchObject(REFUSED);
  });

  it('after log_out behind other requests, with which its client closes the socket', async () => {
    const user = await resuming.owner();
    leave(user);
    const uid = (await gateway.store.accounts.find(APPKEY, user.username))?.uid ?? 0;
    await until('the token to be revoked', async () => {
      return (await gateway.store.resumeTokens.list(uid)).length === 0;
    });
    expect((await resuming.resume(user.username, user.token))[1]).toMatchObject(REFUSED);
  });

  it('after such a log_out that is served once the token was presented, and the returned client has no session', async () => {
    const user = await resuming.owner();
    const { mailboxes } = gateway.store;
    const conversations = mailboxes.conversations.bind(mailboxes);
    let present: () => void = () => undefined;
    const presented = new Promise<void>((resolve) => {
      present = resolve;
    });
    // The log_out waits behind the request that is served.
    vi.spyOn(mailboxes, 'conversations').mockImplementationOnce((uid) =>
      presented.then(() => conversations(uid)),
    );
    leave(user);
    const [returned, answer] = await resuming.resume(user.username, user.token);
    expect(answer).toMatchObject({ code: 0 });
    present();
    await returned.next('disconnect');
    expect((await resuming.resume(user.username, String(answer.resume_token)))[1]).toMatchObject(REFUSED);
  });

  it('but a later login is not ended by it', async () => {
    const user = await resuming.owner();
    leave(user);
    const [, { resume_token }] = await resuming.enter(user.username, { device: DEVICE });
    const [returned, answer] = await resuming.resume(user.username, String(resume_token));
    expect(answer).toMatchObject({ code: 0 });
    expect(await returned.ask('get_conversations')).toMatchObject({ code: 0 });
  });

  it('after another password, on every platform', async () => {
    const user = await resuming.owner();
    const [, native] = await resuming.enter(user.username, { device: OTHER_DEVICE }, 'android');
    const old_pwd = md5('secret');
    expect(await user.ask('update_user_pwd', { old_pwd, new_pwd: md5('another') })).toMatchObject({
      code: 0,
    });
    await user.next('disconnect');
    expect((await resuming.resume(user.username, user.token))[1]).toMatchObject(REFUSED);
    const there = { device: OTHER_DEVICE, fromPlatForm: 'android' };
    expect((await resuming.resume(user.username, String(native.resume_token), there))[1]).toMatchObject(
      REFUSED,
    );
  });

  it.each([
    ['another device', { device: OTHER_DEVICE }, true],
    ['a client that knows nothing of tokens', {}, true],
    ['the same device again', { device: DEVICE }, false],
  ])('after a login of %s', async (_, extra, isToldSo) => {
    const user = await resuming.owner();
    await resuming.enter(user.username, extra);
    await user.next('disconnect');
    expect(user.all('event_notification').map(({ event_type }) => event_type)).toEqual(isToldSo ? [1] : []);
    expect((await resuming.resume(user.username, user.token))[1]).toMatchObject(REFUSED);
  });

  it('but a login of another platform leaves it alone', async () => {
    const user = await resuming.owner();
    await resuming.enter(user.username, {}, 'android');
    expect((await resuming.resume(user.username, user.token))[1]).toMatchObject({ code: 0 });
  });

  it('after the account was shut out, also when it is let in again', async () => {
    const { username, token } = await resuming.owner();
    const account = await gateway.store.accounts.find(APPKEY, username);
    if (!account) throw new Error('no account');
    await gateway.store.disabledAccounts.disable(account.uid);
    expect((await resuming.resume(username, token))[1]).toMatchObject(REFUSED);
    await gateway.store.disabledAccounts.enable(account.uid);
    expect((await resuming.resume(username, token))[1]).toMatchObject(REFUSED);
  });
});

it('in every order of uses, the newest token and its predecessor are valid; an older one ends all of them', async () => {
  const { username } = await resuming.owner();
  const account = await gateway.store.accounts.find(APPKEY, username);
  if (!account) throw new Error('no account');
  const whose = { uid: account.uid, platform: 'web' };
  const hash = (await gateway.store.accounts.passwordHash(account.uid)) ?? '';
  const peer = { address: '', agent: '' };
  const { resumeTokens } = gateway.store;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { maxLength: 12 }), async (uses) => {
      const opened = await resumeTokens.open(whose, DEVICE, hash, peer, () => true);
      const first = typeof opened === 'string' ? '' : String(opened.token);
      const given = [first];
      let good = [first];
      for (const back of uses) {
        const used = given.at(-1 - back) ?? first;
        const renewed = await resumeTokens.renew(whose, DEVICE, used, peer, () => true);
        if (good.length === 0) expect(renewed).toBe('notGood');
        else if (!good.includes(used)) {
          expect(renewed).toBe('outdated');
          good = [];
        } else {
          if (typeof renewed === 'string') throw new Error(renewed);
          good = [used, renewed.token];
          given.push(renewed.token);
        }
      }
    }),
    { numRuns: 30 },
  );
});

describe('an outdated token', () => {
  it('that is used again ends the session of whoever has the newest one, who is told so', async () => {
    const user = await resuming.owner();
    const [, second] = await resuming.resume(user.username, user.token);
    const [third, answer] = await resuming.resume(user.username, String(second.resume_token));
    await third.sync(0, 0);
    expect((await resuming.resume(user.username, user.token))[1]).toMatchObject(REFUSED);
    expect(await third.next('event_notification')).toMatchObject({ event_type: 1, extra: 0 });
    await third.next('disconnect');
    // None of the family is good any more, not even the newest: it cannot be said whose it is.
    for (const token of [answer.resume_token, second.resume_token]) {
      expect((await resuming.resume(user.username, String(token)))[1]).toMatchObject(REFUSED);
    }
    // With the password a new one begins.
    const [, again] = await resuming.enter(user.username);
    expect((await resuming.resume(user.username, String(again.resume_token)))[1]).toMatchObject({ code: 0 });
  });

  it('of an earlier login, or of another device, ends nothing', async () => {
    const user = await resuming.owner();
    const [, again] = await resuming.enter(user.username);
    expect((await resuming.resume(user.username, user.token))[1]).toMatchObject(REFUSED);
    const [, second] = await resuming.resume(user.username, String(again.resume_token));
    const [, third] = await resuming.resume(user.username, String(second.resume_token));
    const elsewhere = { device: OTHER_DEVICE };
    expect((await resuming.resume(user.username, String(again.resume_token), elsewhere))[1]).toMatchObject(
      REFUSED,
    );
    expect((await resuming.resume(user.username, String(third.resume_token)))[1]).toMatchObject({ code: 0 });
  });
});
