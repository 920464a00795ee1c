/** Checks of what comes from outside. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  appkey,
  because,
  CODES,
  check,
  count,
  digit,
  flag,
  id,
  integer,
  json,
  jsonObject,
  md5Hex,
  name,
} from '../../../src/protocol/index.js';

const codeOf = (schema: v.GenericSchema, input: unknown) => {
  const result = check(schema, input, 'method');
  return result.ok ? 0 : result.error.code;
};

describe('the code says what is wrong', () => {
  const schema = v.object({ name, kind: v.picklist(['a', 'b']), size: v.optional(digit(3)) });

  test.each<[unknown, number]>([
    [{ name: 'x', kind: 'a' }, 0],
    [{ kind: 'a' }, CODES.invalidParameter],
    [undefined, CODES.invalidParameter],
    [{ name: {}, kind: 'a' }, CODES.invalidType],
    [{ name: true, kind: 'a' }, CODES.invalidType],
    [{ name: null, kind: 'a' }, CODES.invalidParameter],
    [[], CODES.invalidParameter],
    ['text', CODES.invalidType],
    [{ name: '', kind: 'a' }, CODES.invalidValue],
    [{ name: 'x', kind: 'c' }, CODES.invalidValue],
    [{ name: 'x', kind: 'a', size: 4 }, CODES.invalidValue],
  ])('%j: %i', (input, code) => {
    expect(codeOf(schema, input)).toBe(code);
  });

  test('and its message where, which field, and what it should have been', () => {
    const result = check(schema, { name: [], kind: 'a' }, 'getThing');
    expect(result).toMatchObject({
      error: { message: 'getThing: name must be (string | number), not Array' },
    });
  });

  test('a schema may name a code of its own', () => {
    const tooLong = v.pipe(v.string(), v.maxLength(3, because(CODES.messageTooLong)));
    expect(codeOf(tooLong, 'long')).toBe(CODES.messageTooLong);
  });

  test('a long input is not repeated at length', () => {
    const result = check(v.number(), 'x'.repeat(10_000), 'method');
    expect(result.ok ? '' : result.error.message.length).toBeLessThan(200);
  });
});

describe("the documents' forms are taken", () => {
  test.each([true, 1, '1', 'true'])('%j is a set flag', (input) => {
    expect(check(flag, input, '')).toEqual({ ok: true, value: true });
  });
  test.each([false, 0, '0', 'false', ''])('%j is a flag that is not set', (input) => {
    expect(check(flag, input, '')).toEqual({ ok: true, value: false });
  });
  test.each([
    [5, 5],
    ['5', 5],
    ['-5', -5],
    ['0005', 5],
  ])('%j is the integer %i', (input, value) => {
    expect(check(integer, input, '')).toEqual({ ok: true, value });
  });
  test.each([
    1.5,
    '1.5',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '99999999999999999',
    '',
    ' 5',
    '5x',
    null,
    true,
  ])('%j is no integer', (input) => {
    expect(check(integer, input, '').ok).toBe(false);
  });
  test('ids begin at one, counts at zero', () => {
    expect([codeOf(id, 0), codeOf(id, 1), codeOf(count, 0), codeOf(count, -1)]).toEqual([
      CODES.invalidValue,
      0,
      0,
      CODES.invalidValue,
    ]);
  });
  test('an MD5 is taken in either case', () => {
    expect([
      codeOf(md5Hex, 'A'.repeat(32)),
      codeOf(md5Hex, 'a'.repeat(32)),
      codeOf(md5Hex, 'g'.repeat(32)),
    ]).toEqual([0, 0, CODES.invalidValue]);
  });
  test('a name is measured in bytes', () => {
    expect([codeOf(appkey, '四'.repeat(42)), codeOf(appkey, '四'.repeat(43))]).toEqual([
      0,
      CODES.invalidValue,
    ]);
  });
});

test('a check answers any input and never throws', () => {
  const schemas = [
    name,
    flag,
    integer,
    id,
    count,
    json,
    jsonObject,
    md5Hex,
    v.object({ a: v.optional(flag) }),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...schemas),
      fc.anything({ withBigInt: true, withNullPrototype: true }),
      (schema, input) => {
        const result = check(schema, input, 'method');
        if (!result.ok)
          expect(result.error).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
      },
    ),
  );
});
