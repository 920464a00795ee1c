/** Extension `ordered_sends`: sends that name their predecessor keep their order, whatever the way does to their frames. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { Client, nextRid, textTo } from '../../test/kit/wire-socket.js';

const gateway = hostGateway();
const { clients } = gateway;

const SEND = 's_across_single_text';
const RUNS = 25;

it('the gateway announces the extension', async () => {
  const client = await Client.connect(gateway.url);
  expect((await client.init()).capabilities).toContain('ordered_sends');
  client.close();
});

it('a send that overtakes its predecessor on the way waits for it, without an ack', async () => {
  const alice = await clients.liveUser();
  const bob = await clients.liveUser();
  const [first, second] = [nextRid(), nextRid()];
  alice.socket.emit(SEND, { ...textTo(bob.username, 'second'), after: first, rid: second });
  // Requests are answered in the order of arrival, so this answer shows that the second send has not been processed.
  await alice.ask('get_conversations', {});
  expect(alice.all('ack').map(({ rid }) => rid)).not.toContain(second);
  alice.socket.emit(SEND, { ...textTo(bob.username, 'first'), rid: first });
  await bob.live(2);
  expect(bob.texts()).toEqual(['first', 'second']);
});

it('a retry that names another predecessor gets the first answer', async () => {
  const alice = await clients.liveUser();
  const bob = await clients.liveUser();
  const [first, second] = [nextRid(), nextRid()];
  await alice.ask(SEND, textTo(bob.username, 'first'), first);
  const answer = await alice.ask(SEND, { ...textTo(bob.username, 'second'), after: first }, second);
  const again = await alice.ask(SEND, textTo(bob.username, 'second'), second);
  expect(again.msg_id).toBe(answer.msg_id);
  expect((await bob.live(2)).length).toBe(2);
});

it('a refused predecessor releases the sends that wait for it', async () => {
  const alice = await clients.liveUser();
  const bob = await clients.liveUser();
  const [first, second] = [nextRid(), nextRid()];
  alice.socket.emit(SEND, { ...textTo(bob.username, 'second'), after: first, rid: second });
  const refused = await alice.ask(SEND, textTo('nobody of that name', 'first'), first);
  expect(refused.code).not.toBe(0);
  await bob.live(1);
  expect(bob.texts()).toEqual(['second']);
});

it('a send before the login waits for nothing: it is refused at once', async () => {
  const client = await Client.connect(gateway.url);
  const { code } = await client.ask(SEND, { ...textTo('bob', 'text'), after: nextRid() });
  expect(code).toBe(882004);
  client.close();
});

it('a predecessor that is no rid is refused', async () => {
  const alice = await clients.liveUser();
  const bob = await clients.liveUser();
  for (const after of [0, 1.5, '1', {}, [], 2 ** 31]) {
    const { code } = await alice.ask(SEND, { ...textTo(bob.username, 'text'), after });
    expect(code, JSON.stringify(after)).not.toBe(0);
  }
  await alice.send(bob.username, 'still here');
  await bob.live(1);
});

it('frames in any order, lost or repeated, are stored once and in order', async () => {
  const alice = await clients.liveUser();
  const bob = await clients.liveUser();
  const arrivals = fc
    .array(fc.nat({ max: 9 }), { minLength: 5, maxLength: 30 })
    // In the end each frame has been repeated until it arrived.
    .map((some) => [...some, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(arrivals, async (order) => {
      const rids = Array.from({ length: 10 }, () => nextRid());
      const texts = rids.map((rid) => `message ${rid}`);
      for (const i of order) {
        const after = rids[i - 1];
        alice.socket.emit(SEND, {
          ...textTo(bob.username, texts[i] ?? ''),
          rid: rids[i],
          ...(after && { after }),
        });
      }
      await Promise.all(rids.map((rid) => alice.next('s_single_text', (data) => data.rid === rid)));
      await bob.live(sent + 10);
      expect(bob.texts().slice(sent)).toEqual(texts);
      sent += 10;
    }),
    { numRuns: RUNS },
  );
});
