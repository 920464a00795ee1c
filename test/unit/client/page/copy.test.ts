/** Parameters on their way to the worker. */
import { describe, expect, test } from 'vitest';
import { copyOf } from '../../../../src/client/page/copy.js';
import { hide } from '../../../../src/client/page/hide.js';

describe('parameters', () => {
  test('are what they were at the call, whatever the page does to them afterwards', () => {
    const extras = { list: [1, { deep: true }], at: new Date(0) };
    const params = { content: 'hi', extras };
    const copy = copyOf(params);
    extras.list.push(2);
    params.content = 'changed';
    expect(copy).toEqual({ content: 'hi', extras: { list: [1, { deep: true }], at: new Date(0) } });
    expect(structuredClone(copy)).toEqual(copy);
  });

  test("out of a framework's Proxy are what it stands for, and can be posted", () => {
    const reactive = (target: object): object =>
      new Proxy(target, {
        get: (object, key) => {
          const value: unknown = Reflect.get(object, key);
          return typeof value === 'object' && value !== null ? reactive(value) : value;
        },
      });
    const copy = copyOf(reactive({ msg_ids: [1, 2], extras: { a: { b: 1 } } }));
    expect(structuredClone(copy)).toEqual({ msg_ids: [1, 2], extras: { a: { b: 1 } } });
  });

  test('have a FormData taken apart, with the names of its files', () => {
    const form = new FormData();
    form.append('a', 'text');
    form.append('b', new File(['x'], 'x.bin'));
    expect(copyOf({ image: form })).toEqual({
      image: {
        formParts: [
          ['a', 'text'],
          ['b', expect.any(File), 'x.bin'],
        ],
      },
    });
  });

  test('that are a file become the parts of a form with it', () => {
    const file = new File(['x'], 'x.txt');
    const blob = new Blob(['x']);
    expect(copyOf({ file, image: blob })).toEqual({
      file: { formParts: [['file', file, 'x.txt']] },
      image: { formParts: [['file', blob, 'file']] },
    });
  });

  test('that are no plain data stay as they are: functions, deeper files, what contains itself', () => {
    const fn = () => undefined;
    const extras = { file: new Blob(['x']) };
    const ring: { self?: unknown } = {};
    ring.self = ring;
    expect(copyOf({ fn, extras })).toEqual({ fn, extras });
    expect((copyOf(ring) as typeof ring).self).toBe(ring);
  });

  test('keep the gaps of a list', () => {
    expect(copyOf({ msg_ids: [undefined, 1, null] })).toEqual({ msg_ids: [undefined, 1, null] });
  });
});

test('a hidden object has no property for a framework to watch, and forbids wrapping', () => {
  class Thing {
    _of2017 = { deep: 1 };
    constructor() {
      hide(this);
    }
  }
  const thing = new Thing();
  expect(Object.keys(thing)).toEqual([]);
  expect(Reflect.get(thing, '__v_skip')).toBe(true);
  expect(thing._of2017).toEqual({ deep: 1 });
});
