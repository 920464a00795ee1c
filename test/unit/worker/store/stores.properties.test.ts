/** A store behaves like a plain list under any operations. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { groupId } from '../../../../src/protocol/worker.js';
import { byPlace, type Place, type StoredMessage } from '../../../../src/worker/store/store.js';
import { apiMessage } from '../../fakes/messages.js';
import { BOB, STORES, stored } from '../../fakes/stores.js';

/** Messages of all lengths, so that blocks hold few or many. The same id is always the same message. */
const LENGTHS = [10, 400, 5_000, 20_000];
const message = (id: number, to: string): StoredMessage => ({
  conversation: to,
  message: apiMessage(id, { at: 1_000 + Math.floor(id / 2), text: '人'.repeat(LENGTHS[id % 4] ?? 0) }),
});

type Step =
  | { put: { id: number; to: string }[] }
  | { forget: number[]; from: string }
  | { page: number; before: number | undefined; of: string }
  | { reopen: true };

const to = fc.constantFrom(BOB, 's/app/bobb', groupId(5), groupId(51));
const id = fc.integer({ min: 1, max: 60 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: fc.array(fc.record({ id, to }), { maxLength: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ forget: fc.array(id, { maxLength: 4 }), from: to }) },
  {
    weight: 2,
    arbitrary: fc.record({
      page: fc.integer({ min: 1, max: 20 }),
      before: fc.option(id, { nil: undefined }),
      of: to,
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ reopen: true }) },
);

describe.each(STORES)('%s, whatever is done with it,', (name, open) => {
  test('is the same as a plain list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        let store = await open();
        const model = new Map<string, StoredMessage>();
        const listOf = (conversation: string) =>
          [...model.values()]
            .filter((one) => one.conversation === conversation)
            .map((one) => one.message)
            .sort(byPlace);
        for (const one of steps) {
          if ('put' in one) {
            const messages = one.put.map((each) => message(each.id, each.to));
            for (const each of messages) model.set(`${each.conversation} ${each.message.msg_id}`, each);
            await store.putMessages(messages);
          } else if ('forget' in one) {
            for (const each of one.forget) model.delete(`${one.from} ${each}`);
            await store.forgetMessages(one.from, one.forget);
          } else if ('page' in one) {
            const before = one.before === undefined ? undefined : message(one.before, one.of).message;
            const expected = listOf(one.of).filter((each) => !before || byPlace(each, before) < 0);
            expect(await store.page(one.of, before, one.page)).toEqual(expected.slice(-one.page));
          } else if (name !== 'MemoryStore') {
            store.close();
            store = await open();
          }
        }
        const recent = new Map<string, unknown>();
        for (const conversation of [...new Set([...model.values()].map((one) => one.conversation))].sort())
          recent.set(conversation, listOf(conversation).slice(-7));
        expect(new Map([...(await store.recent(7))].sort())).toEqual(recent);
        store.close();
      }),
      { numRuns: 60 },
    );
  });

  test('walking back page by page tells each message once, in order', async () => {
    const limits = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300 }), fc.nat(), limits, async (count, seed, sizes) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        const store = await open();
        const ids = Array.from({ length: count }, (_, i) => i + 1);
        // Anywhere from in order to reversed by thirds.
        const shuffled = [...ids].sort((a, b) => ((a * seed) % 7) - ((b * seed) % 7));
        for (let at = 0; at < count; at += 40) {
          await store.putMessages(shuffled.slice(at, at + 40).map((each) => stored(each)));
          // The journal is folded before something is taken out.
          if (at % 3 !== 0) await store.forgetMessages(BOB, []);
        }
        const read: number[] = [];
        let before: Place | undefined;
        for (let turn = 0; ; turn += 1) {
          const page = await store.page(BOB, before, sizes[turn % sizes.length] ?? 1);
          if (page.length === 0) break;
          read.unshift(...page.map(({ msg_id }) => msg_id));
          before = page[0];
        }
        expect(read).toEqual(ids);
        store.close();
      }),
      { numRuns: 25 },
    );
  });
});
