/** Lots that are handed over while the one before is being stored: whatever fails, the order and each single item are kept. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GroupCommit, type Place } from '../src/util/group-commit.js';

interface Item {
  key: string;
  /** Cannot be stored. */
  isBad: boolean;
  number: number;
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise(setImmediate);
};

/** Stores one lot after the other, as a connection of the database does. A lot is stored as a whole or not at all. */
class Table {
  readonly rows: Item[] = [];
  /** The most lots that were here at a time. */
  most = 0;
  #here = 0;
  #last = 0;
  #turn: Promise<void> = Promise.resolve();

  store(lot: readonly Item[], { number, after }: Place, effort: number): Promise<void> {
    this.#here += 1;
    this.most = Math.max(this.most, this.#here);
    const stored = this.#turn.then(async () => {
      await turns(effort);
      if (after !== undefined && after !== this.#last) throw new Error('the lot before was not stored');
      if (lot.some(({ isBad }) => isBad)) throw new Error('a bad item');
      this.#last = number;
      this.rows.push(...lot);
    });
    this.#turn = stored.catch(() => {});
    return stored.finally(() => {
      this.#here -= 1;
    });
  }
}

const steps = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    isBad: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    pause: fc.integer({ min: 0, max: 12 }).map((n) => Math.max(0, n - 9)),
  }),
  { maxLength: 60 },
);
const efforts = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 7 });

it('stores all that can be stored once, each key in order, and ends in the order of the rows', async () => {
  let mostEver = 0;
  await fc.assert(
    fc.asyncProperty(
      steps,
      efforts,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (given, lengths, maxLot, lotsAtOnce) => {
        const table = new Table();
        const ended: Item[] = [];
        let lots = 0;
        const effort = (): number => {
          lots += 1;
          return lengths[lots % lengths.length] ?? 0;
        };
        const commits = new GroupCommit<Item, number>(
          async (lot, place) => {
            await table.store(lot, place, effort());
            return async () => {
              await turns(effort());
              ended.push(...lot);
              return lot.map(({ number }) => number);
            };
          },
          maxLot,
          { shares: { keyOf: ({ key }) => key, costOf: () => 1, maxCost: 5 }, lotsAtOnce },
        );
        const items = given.map(({ key, isBad }, number) => ({ key, isBad, number }));
        const outcomes: Promise<string>[] = [];
        for (const [index, item] of items.entries()) {
          await turns(given[index]?.pause ?? 0);
          outcomes.push(
            commits.add(item).then(
              (answer) => (answer === item.number ? 'stored' : 'the answer of another'),
              () => 'refused',
            ),
          );
        }
        expect(await Promise.all(outcomes)).toEqual(items.map(({ isBad }) => (isBad ? 'refused' : 'stored')));
        for (const of of ['a', 'b', 'c']) {
          expect(table.rows.filter(({ key }) => key === of)).toEqual(
            items.filter(({ key, isBad }) => key === of && !isBad),
          );
        }
        expect(ended).toEqual(table.rows);
        expect(table.most).toBeLessThanOrEqual(lotsAtOnce);
        mostEver = Math.max(mostEver, table.most);
      },
    ),
    { numRuns: 500 },
  );
  expect(mostEver).toBe(3);
});
