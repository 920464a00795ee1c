/** Which requests of a socket wait for which earlier ones, while these are being stored. */
import { expect, it } from 'vitest';
import type { Request } from '../src/connection/request.js';
import { RequestQueue } from '../src/connection/request-queue.js';

const SEND = 's_across_single_text';

/** A server that stores each request until the test ends that, behind a queue with room. */
function serving() {
  const begun: string[] = [];
  const finish = new Map<string, () => void>();
  const queue = new RequestQueue(
    { queuedRequests: 100, queuedBytes: 10_000, orderTimeoutMs: 1_000 },
    {
      acknowledge: () => {},
      serve: async ({ event }: Request) => {
        begun.push(event);
        return { later: new Promise<void>((resolve) => finish.set(event, resolve)) };
      },
      refuseOverdue: () => {},
    },
  );
  let rid = 0;
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    queue,
    begun,
    async add(...events: string[]): Promise<void> {
      for (const event of events) {
        rid += 1;
        queue.add({ request: { event, rid, payload: {}, canonical: '{}' } });
      }
      await settled();
    },
    async finish(event: string): Promise<void> {
      finish.get(event)?.();
      await settled();
    },
  };
}

it('a send does not wait for acknowledgements of pushes, nor they for it', async () => {
  const server = serving();
  await server.add('sync_conversation_ack', SEND, 'sync_taken', 'msg_recv_v2', SEND);
  expect(server.begun).toEqual(['sync_conversation_ack', SEND, 'sync_taken', 'msg_recv_v2', SEND]);
});

it('a sync waits for the acknowledgements and sends before it, and later ones wait for the sync', async () => {
  const server = serving();
  await server.add('sync_conversation_ack', SEND, 'sync_check', SEND);
  expect(server.begun).toEqual(['sync_conversation_ack', SEND]);
  await server.finish(SEND);
  expect(server.begun).toHaveLength(2);
  await server.finish('sync_conversation_ack');
  expect(server.begun).toEqual(['sync_conversation_ack', SEND, 'sync_check']);
  await server.finish('sync_check');
  expect(server.begun.at(-1)).toBe(SEND);
});

it('sends to a user and to a group wait for each other', async () => {
  const server = serving();
  await server.add(SEND, 'send_group_msg');
  expect(server.begun).toEqual([SEND]);
  await server.finish(SEND);
  expect(server.begun).toEqual([SEND, 'send_group_msg']);
});

it('a queue with open requests is not idle', async () => {
  const server = serving();
  await server.add('sync_conversation_ack', SEND);
  let isIdle = false;
  void server.queue.idle().then(() => {
    isIdle = true;
  });
  await server.finish('sync_conversation_ack');
  expect(isIdle).toBe(false);
  await server.finish(SEND);
  expect(isIdle).toBe(true);
});
