/** Requests over a network that does anything but corrupt: whatever it does, each takes effect once and in its lane's order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SendOrder } from '../../../../gateway/src/connection/send-order.js';
import { ACK_TIMEOUT_MS, MAX_TRIES, RESPONSE_TIMEOUT_MS } from '../../../../src/protocol/index.js';
import { OpenRequests } from '../../../../src/worker/connection/open-requests.js';
import type { Reply } from '../../../../src/worker/connection/request.js';
import { FakeClock } from '../../fakes/clock.js';

const LANES = ['bob', 'carol', undefined] as const;

/** The fate of the next frame. `late`: its answer stays on its way until the next frame. */
const fate = fc.constantFrom('through', 'through', 'lost', 'ack lost', 'answer lost', 'repeated', 'late');
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('send' as const), lane: fc.constantFrom(...LANES) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fate' as const), fate }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 12_000 }) }),
  },
);

test.each([
  ['a stock server', false],
  ['a server with ordered sends', true],
])(
  "to %s: each request takes effect once, in its lane's order, and settles once, over any sequence of faults",
  async (_title, isOrdered) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const clock = new FakeClock();
        const requests = new OpenRequests(clock);
        const done = new Map<number, number>();
        const order: number[] = [];
        const made: {
          rid: number;
          lane: string | undefined;
          replies: Reply[];
          cancelling: AbortController;
        }[] = [];
        const fates: string[] = [];
        let late: (() => void)[] = [];
        let connected = false;

        const respond = (rid: number, which: string) => {
          if (which !== 'ack lost') requests.handle('ack', { rid });
          if (which !== 'answer lost') requests.handle('x', { rid, code: 0, place: done.get(rid) });
        };
        const receive = (rid: number) => {
          if (!done.has(rid)) done.set(rid, order.push(rid));
        };
        const connect = () => {
          connected = true;
          // The predecessors of one socket.
          const sendOrder = new SendOrder<() => void>(1_000);
          requests.connect((_event, payload) => {
            const { rid, after } = payload as { rid: number; after?: number };
            if (!isOrdered) expect(after).toBeUndefined();
            const which = fates.shift() ?? 'through';
            for (const answer of late.splice(0)) queueMicrotask(answer);
            if (which === 'lost') return;
            const arrive = () => {
              receive(rid);
              if (which === 'repeated') receive(rid);
              const answer = () => connected && respond(rid, which);
              if (which === 'late') late.push(answer);
              else queueMicrotask(answer);
              if (which === 'repeated') queueMicrotask(answer);
              for (const next of sendOrder.received(rid)) next();
            };
            if (after === undefined || sendOrder.mayProceed(after, arrive)) arrive();
          });
          void requests.logIn(isOrdered);
        };

        for (const one of steps) {
          if (one.kind === 'send') {
            const { lane } = one;
            const rid = made.length + 1;
            const entry = { rid, lane, replies: [] as Reply[], cancelling: new AbortController() };
            made.push(entry);
            const { signal } = entry.cancelling;
            const reply = requests.send({ event: 'x', rid, payload: {}, lane, signal });
            void reply.then((settled) => entry.replies.push(settled));
          } else if (one.kind === 'fate') {
            fates.push(one.fate);
          } else if (one.kind === 'cancel') {
            made[one.which % made.length]?.cancelling.abort();
          } else if (one.kind === 'cut') {
            connected = false;
            late = [];
            requests.disconnect();
          } else if (one.kind === 'reconnect' && !connected) {
            connect();
          } else if (one.kind === 'time') {
            await clock.advance(one.ms);
          }
          await clock.advance(0);
        }
        fates.length = 0;
        if (!connected) connect();
        // One at a time at worst, each with all its tries.
        await clock.advance(made.length * MAX_TRIES * (ACK_TIMEOUT_MS + RESPONSE_TIMEOUT_MS));

        for (const { rid, replies, cancelling } of made) {
          expect(replies).toHaveLength(1);
          const [reply] = replies;
          // A server that has answered has done it, and says so with its place.
          if (reply?.kind === 'answer') expect(reply.answer.place).toBe(done.get(rid));
          else expect(reply?.kind).toBe(cancelling.signal.aborted ? 'dropped' : 'timeout');
        }
        expect(new Set(order).size).toBe(order.length);
        for (const lane of LANES) {
          if (lane === undefined) continue;
          const inLane = order.filter((rid) => made[rid - 1]?.lane === lane);
          expect(inLane).toEqual([...inLane].sort((a, b) => a - b));
        }
        expect(requests.size).toBe(0);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
  },
);
