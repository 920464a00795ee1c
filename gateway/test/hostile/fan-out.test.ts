/** A message for many: it costs the gateway one encoding, and its sender what it makes others be sent. */
import { afterEach, expect, it, vi } from 'vitest';
import { hostileGateway } from '../../../test/kit/gateway-hostile.js';
import { groupText, makeGroup } from '../../../test/kit/wire-groups.js';

const gateway = hostileGateway();
const { clients } = gateway;
const KB = 1_024;

afterEach(() => vi.restoreAllMocks());

it('a large group message is encoded once for all who get it', async () => {
  const [owner, ...members] = await Promise.all(Array.from({ length: 8 }, () => clients.liveUser()));
  if (!owner) throw new Error('no owner');
  const gid = await makeGroup([owner, ...members]);
  // The gateway runs in this process, and so does the client that sends.
  const stringify = vi.spyOn(JSON, 'stringify');
  const text = 'x'.repeat(50 * KB);
  const content = { msg_type: 'custom', msg_body: { text } };
  const message = groupText(gid, '') as { content: object };
  const { code } = await owner.ask('send_group_msg', {
    ...message,
    content: { ...message.content, ...content },
  });
  expect(code).toBe(0);
  const received = await Promise.all(members.map((member) => member.live(1)));
  expect(received.map(([mail]) => mail?.content.msg_body)).toEqual(members.map(() => ({ text })));
  const encodings = stringify.mock.results.filter(({ value }) => String(value).includes(text));
  // The request of the client, its canonical payload, the content, and its row. None is a member's.
  expect(encodings).toHaveLength(4);
});
