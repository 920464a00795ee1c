/** Parameters that V2 pages pass and V2 accepts: empty values in many forms, numbers for text and text for numbers, misprints. */
import { describe, expect, test } from 'vitest';
import {
  CODES,
  check,
  LOCAL_METHODS,
  METHODS,
  type MethodName,
  type Schema,
} from '../../../src/protocol/index.js';

const ALL: Record<string, { params: Schema | null }> = { ...METHODS, ...LOCAL_METHODS };

/** The parameters that a method sends on, or the code of its failure. */
function taken(method: string, params: unknown): unknown {
  const schema = ALL[method]?.params;
  if (!schema) throw new Error(`${method} takes nothing`);
  const checked = check(schema, params, method);
  return checked.ok ? JSON.parse(JSON.stringify(checked.value)) : checked.error.code;
}

type Entries = Record<string, { type: string }>;

/** A method's fields; none where they depend on what is passed. */
function entriesOf(method: string): Entries {
  const schema = ALL[method]?.params as { entries?: Entries } | null | undefined;
  return schema?.entries ?? {};
}

/** The fields that may be left out, or those that may not. */
const fieldsOf = (method: string, optional: boolean): string[] =>
  Object.entries(entriesOf(method)).flatMap(([field, { type }]) =>
    (type === 'optional') === optional ? [field] : [],
  );

describe('nothing in whatever form is left out', () => {
  const rows = Object.keys(ALL).flatMap((method) =>
    fieldsOf(method, true).map((field): [string, string] => [method, field]),
  );
  const EMPTY_CLEARS = new Set([
    'nickname',
    'birthday',
    'signature',
    'region',
    'address',
    'group_description',
    'memo_others',
  ]);
  const REQUIRED: Record<string, unknown> = {
    appkey: 'app',
    username: 'alice',
    password: 'p',
    random_str: 'r',
    signature: 's',
    timestamp: 1,
    old_pwd: 'o',
    new_pwd: 'n',
    target_name: 'bob',
    target_username: 'bob',
    from_username: 'bob',
    group_name: 'team',
    memo_name: 'b',
    member_usernames: [{ username: 'bob' }],
    gid: 5,
    id: 5,
    event_id: 5,
    result: 0,
    cmd: 'c',
    platform: 'all',
    start: 0,
    msg_ids: [1],
  };
  const required = (method: string) =>
    Object.fromEntries(fieldsOf(method, false).map((field) => [field, REQUIRED[field]]));

  test.each(rows)('%s: %s may be null, undefined or empty', (method, field) => {
    const without = taken(method, required(method));
    expect(without).toBeTypeOf('object');
    expect(taken(method, { ...required(method), [field]: null })).toEqual(without);
    expect(taken(method, { ...required(method), [field]: undefined })).toEqual(without);
    const empty = taken(method, { ...required(method), [field]: '' });
    const clears = EMPTY_CLEARS.has(field) && method !== 'createGroup';
    expect(empty).toEqual(clears ? { ...(without as object), [field]: '' } : without);
  });

  test('so it is inside of a list and of an object', () => {
    const message = { target_gid: 5, content: 'hi' };
    expect(
      taken('sendGroupMsg', {
        ...message,
        target_gname: null,
        extras: null,
        at_list: [
          { username: 'bob', appkey: '' },
          { username: 'carol', appkey: null },
        ],
        custom_notification: { enabled: 'true', title: null, alert: '', at_prefix: 'x' },
      }),
    ).toEqual({
      ...message,
      at_list: [{ username: 'bob' }, { username: 'carol' }],
      custom_notification: { enabled: true, at_prefix: 'x' },
    });
  });

  test('a notification is off unless it says that it is on', () => {
    const off = { target_username: 'bob', content: 'hi', custom_notification: { title: 't' } };
    expect(taken('sendSingleMsg', off)).toMatchObject({
      custom_notification: { enabled: false, title: 't' },
    });
  });

  test('but what has to be there is missed as null, and wrong as empty text', () => {
    expect(taken('getUserInfo', { username: null })).toBe(CODES.invalidParameter);
    expect(taken('getUserInfo', { username: '' })).toBe(CODES.invalidValue);
    expect(taken('getChatroomInfo', { id: '' })).toBe(CODES.invalidType);
    expect(taken('getResource', { media_id: '' })).toBe(CODES.invalidValue);
    expect(taken('createGroup', { group_name: '' })).toBe(CODES.invalidValue);
  });

  test('the application’s own null and empty text stay where they are', () => {
    const extras = { nothing: null, empty: '', inside: [null, { a: null }] };
    expect(taken('sendSingleMsg', { target_username: 'bob', content: 'hi', extras })).toMatchObject({
      extras,
    });
    expect(taken('sendSingleCustom', { target_username: 'bob', custom: extras })).toMatchObject({
      custom: extras,
    });
  });

  test('an empty memo is a memo, which takes the one that was away', () => {
    expect(taken('updateFriendMemo', { target_name: 'bob', memo_name: '' })).toEqual({
      target_name: 'bob',
      memo_name: '',
    });
  });
});

describe('the documents’ forms are taken', () => {
  test.each<[MethodName, object, object]>([
    ['getUserInfo', { username: 7 }, { username: '7' }],
    [
      'login',
      { username: 1234, password: 123456, is_md5: '' },
      { username: '1234', password: '123456', is_md5: false },
    ],
    [
      'addGroupMembers',
      { gid: '5', member_usernames: [{ username: 7 }] },
      { gid: 5, member_usernames: [{ username: '7' }] },
    ],
    [
      'sendSingleMsg',
      { target_username: 7, target_nickname: 8, content: 9 },
      { target_username: '7', target_nickname: '8', content: '9' },
    ],
    ['msgRetract', { msg_id: '17955' }, { msg_id: 17955 }],
    ['addFriend', { target_name: 'bob', why: 'hi' }, { target_name: 'bob', from_type: 1, why: 'hi' }],
    [
      'addFriend',
      { target_name: 'bob', from_type: '2', why: '' },
      { target_name: 'bob', from_type: 2, why: '' },
    ],
    [
      'addFriend',
      { target_name: 'bob', from_type: null, why: null },
      { target_name: 'bob', from_type: 1, why: '' },
    ],
    ['getAppkeyPublicGroups', { start: '0', appkey: '' }, { start: 0 }],
    ['getResource', { 'media_id ': 'm' }, { media_id: 'm' }],
    ['getResource', { media_id: 'm', 'media_id ': '' }, { media_id: 'm' }],
    [
      'sendSingleLocation',
      { target_username: 'bob', latitude: '22.5', longitude: '-0.1', scale: '15.5', label: '' },
      { target_username: 'bob', latitude: 22.5, longitude: -0.1, scale: 15.5, label: '' },
    ],
    [
      'sendSingleMsg',
      { target_username: 'bob', content: 'hi', extras: 'json object' },
      { target_username: 'bob', content: 'hi', extras: 'json object' },
    ],
    [
      'sendSingleCustom',
      { target_username: 'bob', custome: '{"a":1}' },
      { target_username: 'bob', custom: { a: 1 } },
    ],
    ['sendGroupMsg', { target_gid: '5', custom: { a: 1 } }, { target_gid: 5, custom: { a: 1 } }],
    ['sendGroupMsg', { target_gid: 5, content: '', custome: { a: 1 } }, { target_gid: 5, custom: { a: 1 } }],
    [
      'sendSingleMsg',
      { target_username: 'bob', content: 'hi', nead_receipt: true },
      { target_username: 'bob', content: 'hi', nead_receipt: true },
    ],
    ['getHistory', { username: 'bob', gid: null }, { username: 'bob', limit: 20 }],
  ])('%s(%j)', (method, params, sent) => {
    expect(taken(method, params)).toEqual(sent);
  });

  test('a message has its own parts, and is forwarded where they are missing', () => {
    const msg_body = { text: 'before' };
    const to = { target_username: 'bob' };
    expect(taken('sendSingleCustom', { ...to, msg_body: '{"a":1}' })).toEqual({ ...to, msg_body: { a: 1 } });
    expect(taken('sendSingleMsg', { ...to, content: 'hi', msg_body: null })).toEqual({
      ...to,
      content: 'hi',
    });
    expect(taken('sendSingleMsg', { ...to, content: undefined, msg_body })).toEqual({ ...to, msg_body });
    expect(taken('sendSingleMsg', { ...to, content: 'hi', msg_body })).toEqual({ ...to, content: 'hi' });
    expect(taken('sendSinglePic', { ...to, image: '', msg_body })).toEqual({ ...to, msg_body });
    expect(taken('sendSingleMsg', { ...to })).toBe(CODES.invalidParameter);
    const place = { latitude: 0, longitude: 0, scale: 1, label: 'l' };
    expect(taken('sendSingleLocation', { ...to, ...place, msg_body })).toEqual({ ...to, ...place });
  });

  test('a conversation is its gid, unless that is empty', () => {
    expect(taken('resetUnreadCount', { gid: '5', username: '' })).toEqual({ gid: 5 });
    expect(taken('resetUnreadCount', { gid: '', username: 'bob', appkey: '' })).toEqual({ username: 'bob' });
    expect(taken('updateConversation', { gid: undefined, username: 'bob', extras: { top: true } })).toEqual({
      username: 'bob',
      extras: { top: true },
    });
  });

  test('holes in a list of read messages are passed over, and none is reported twice', () => {
    const read = (msg_ids: unknown) => taken('addSingleReceiptReport', { username: 'bob', msg_ids });
    expect(read([undefined, 17_955, null, '', '17956', 17_955])).toMatchObject({ msg_ids: [17_955, 17_956] });
    expect(read([undefined])).toMatchObject({ msg_ids: [] });
    expect(read([])).toBe(CODES.invalidValue);
    expect(read(undefined)).toBe(CODES.invalidParameter);
    expect(read(['x'])).toBe(CODES.invalidType);
  });
});
