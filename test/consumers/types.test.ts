/** The package's declarations in an application: what its compiler accepts and refuses, and what its editor shows. */
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Editor, openEditor, undocumentedIn } from '../../scripts/reference/editor.mjs';
import { Consumer, tool } from './consumer.js';

let app: Consumer;
beforeAll(async () => {
  app = await Consumer.create();
  await mkdir(app.path('node_modules/@types'));
  for (const name of ['@types/react', 'vue']) await symlink(tool(name), app.path('node_modules', name));
});
afterAll(() => app.remove());

const declarations = async (): Promise<{ name: string; text: string }[]> => {
  const dist = app.path('node_modules/jmessage-runtime/dist');
  const names = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.d.ts'));
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(path.join(dist, name), 'utf8') })),
  );
};

test('each entry has one file of declarations, which mention other entries and their framework alone', async () => {
  const files = await declarations();
  const names = files.map(({ name }) => name.split(path.sep).join('/')).sort();
  expect(names).toEqual(['index.d.ts', 'react/index.d.ts', 'store/index.d.ts', 'vue/index.d.ts']);
  for (const { name, text } of files) {
    const mentioned = [...text.matchAll(/(?:from |import\()['"]([^'"]*)/g)].map(([, target]) => target);
    const folder = path.dirname(name);
    const allowed =
      folder === '.'
        ? []
        : folder === 'store'
          ? ['../index.js']
          : ['../index.js', '../store/index.js', folder];
    expect(new Set(mentioned), name).toEqual(new Set(allowed));
  }
});

test('every method, parameter, field and event of the API and the store is documented', async () => {
  for (const { name, text } of await declarations()) {
    if (/react|vue/.test(name)) continue;
    // `docs/error-codes.md` explains each code.
    const missing = undocumentedIn(text).filter((member) => !member.startsWith('CODES.'));
    expect(missing, name).toEqual([]);
  }
  const declaration = 'export interface A {\n/** b */\nb: 1;\nc: 2;\nd?: undefined;\ne(): void;\n}';
  expect(undocumentedIn(declaration)).toEqual(['A.c', 'A.e']);
});

/** Right calls, and wrong ones that must not compile. */
const CONTRACT = `
  import JMessage, {
    CODES, EVENT, EVENT_EXTRA, JMessageError,
    type ErrorCode, type EventNotification, type Failure, type JMessageOptions, type Message, type MessageContent,
    type OutboxEntry, type SendRequest, type SentMessage, type SingleSendAnswer, type StateSnapshot, type UserInfo,
  } from 'jmessage-runtime';

  const options: JMessageOptions = { address: 'https://im.example.com' };
  const JIM: JMessage = new JMessage(options);
  class Own extends JMessage { greet() { return this.isLogin(); } }
  new Own().greet();

  JIM.init({ appkey: 'a', random_str: 'r'.repeat(20), signature: 's', timestamp: 1, flag: 1 });
  JIM.init({ appkey: 'a', random_str: 'r'.repeat(20), signature: 's', timestamp: '1', flag: true });
  JIM.loginOut();
  JIM.updateSelfInfo({ nickname: 'A', extras: { level: 3 } });
  JIM.sendSingleMsg({ target_username: 'bob', content: 'hi', need_receipt: true })
    .onSuccess((data, msg) => { const id: number = data.msg_id; const type: 'text' extends typeof msg.content.msg_type ? 1 : 0 = 1; void id; void type; })
    .onFail((error) => { const code: ErrorCode = error.code; const number: number = error.code; void code; void number; });

  // A request has its id; an awaited send has its message.
  const send: SendRequest<SingleSendAnswer> = JIM.sendSingleMsg({ target_username: 'b', content: 'c' });
  const id: string = send.id;
  export const sent: Promise<number> = send.then((answer) => answer.msg_id);
  export async function awaited(): Promise<SentMessage> {
    const { msg_ids } = await JIM.addGroupReceiptReport({ gid: 1, msg_ids: [1] });
    void (msg_ids satisfies number[]);
    const user: UserInfo = (await JIM.getUserInfo({ username: 'bob' })).user_info;
    void user;
    return (await send).msg;
  }
  export const isEntryOf = (entry: OutboxEntry) => entry.id === id;

  // A message is a union over msg_type, and so is its content.
  JIM.onMsgReceive((data) => {
    const messages: Message[] = data.messages;
    void messages;
    if (data.msg_type === 3) { const from: string = data.from_username; void from; }
    const { content } = data;
    if (content.msg_type === 'text') { const text: string = content.msg_body.text; void text; }
    else if (content.msg_type === 'image') { const width: number = content.msg_body.width; void width; }
    else if (content.msg_type === 'location') { const label: string = content.msg_body.label; void label; }
    // @ts-expect-error a text has no such field
    if (content.msg_type === 'text') content.msg_body.media_id;
    JIM.sendGroupMsg({ target_gid: 1, msg_body: content.msg_body, at_list: [] });
  });
  export const kind = (content: MessageContent): string => content.msg_type;

  // An event is a union over event_type.
  export function received(event: EventNotification): number | string | boolean | undefined {
    switch (event.event_type) {
      case EVENT.invitation: return event.extra === EVENT_EXTRA.invites ? event.from_username : event.return_code;
      case EVENT.retracted: return event.msg_ids[0];
      case EVENT.joinRequest: return event.by_self;
      case EVENT.owner: return event.new_owner.username;
      case EVENT.membersAdded: return event.gid;
      // @ts-expect-error it has no new owner
      case EVENT.membersRemoved: return event.new_owner;
      default: return undefined;
    }
  }
  JIM.onStateChange((state: StateSnapshot) => { const n: number = state.tabs; void n; });
  const remove: () => void = JIM.addListener('onUnreadChange', ({ type, gid, unread_msg_count }) => {
    const group: number | undefined = type === 4 ? gid : undefined;
    void group; void unread_msg_count;
  });
  remove();
  export const failed = (error: unknown): Failure | undefined =>
    error instanceof JMessageError && error.code === CODES.timeout ? error.data : undefined;

  // @ts-expect-error the parameter is called target_username
  JIM.sendSingleMsg({ target_name: 'bob', content: 'hi' });
  // @ts-expect-error content is missing
  JIM.sendSingleMsg({ target_username: 'bob' });
  // @ts-expect-error a flag is a boolean
  JIM.sendSingleMsg({ target_username: 'bob', content: 'hi', no_offline: 1 });
  // @ts-expect-error there is no such method
  JIM.sendSingleMessage({ target_username: 'bob', content: 'hi' });
  // @ts-expect-error an answer has no such field
  JIM.getConversation().onSuccess((data) => data.conversation);
  // @ts-expect-error there is no such code
  export const isCode = (error: Failure): boolean => error.code === 123;
  // @ts-expect-error there is no such event
  export const isEvent = (event: EventNotification): boolean => event.event_type === 3;
`;

/** The same for the entries beside the API. */
const STATE = `
  import JMessage, { type OutboxEntry, type StateSnapshot } from 'jmessage-runtime';
  import * as react from 'jmessage-runtime/react';
  import {
    type ChatMessage, type ChatStore, type ConversationItem, type ConversationRef, createChatStore, type Messages,
  } from 'jmessage-runtime/store';
  import * as vue from 'jmessage-runtime/vue';
  import { createApp } from 'vue';

  const JIM = new JMessage({ address: 'https://im.example.com' });
  const store: ChatStore = createChatStore(JIM);
  const bob: ConversationRef = { username: 'bob' };
  const items: readonly ConversationItem[] = store.conversations.getSnapshot();
  const messages: Messages = store.messages(bob);
  const remove: () => void = messages.subscribe(() => { const more: boolean | undefined = messages.getSnapshot().hasMore; void more; });
  remove();
  void items;
  export const textOf = ({ content }: ChatMessage) => content.msg_type === 'text' ? content.msg_body.text : content.msg_type;
  // @ts-expect-error a conversation is of a user or of a group
  store.messages({ room: 1 });
  // @ts-expect-error the store stands on a JMessage
  createChatStore({});

  export function Chat() {
    const { state }: StateSnapshot = react.useConnection();
    const entries: readonly OutboxEntry[] = react.useOutbox().entries;
    const { messages, loadMore } = react.useMessages(bob, { isOpen: true });
    const send: (text: string) => Promise<void> = react.useSend({ gid: 1 });
    // @ts-expect-error a text is a string
    void send(1);
    void loadMore(20).then((more: boolean) => more);
    return <p title={state}>{react.useUnread(bob) + entries.length}{messages.map(textOf)}</p>;
  }
  export const page = <react.ChatProvider store={store}><Chat /></react.ChatProvider>;
  // @ts-expect-error a provider needs its store
  export const empty = <react.ChatProvider><Chat /></react.ChatProvider>;

  createApp({}).use(vue.chat, store);
  export function setup() {
    const state: string = vue.useConnection().value.state;
    const { messages, hasMore } = vue.useMessages(() => bob);
    const more: boolean | undefined = hasMore.value;
    const texts: string[] = messages.value.map(textOf);
    // @ts-expect-error a message has no such field
    messages.value[0]?.body;
    return { state, more, texts, unread: vue.useUnread() };
  }
`;

/** Runs the compiler over one file of the application. */
async function compile(file: string, module: string, moduleResolution: string, more: object = {}) {
  await app.write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module,
        moduleResolution,
        target: 'es2022',
        types: [],
        ...more,
      },
      files: [file],
    }),
  );
  return app.node(tool('typescript/bin/tsc'), '-p', '.', '--pretty', 'false');
}

describe('a compiler', () => {
  test.each([
    ['esnext', 'bundler', {}],
    ['nodenext', 'nodenext', {}],
    ['esnext', 'bundler', { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }],
  ])('accepts right calls and refuses wrong ones (%s, %s, %o)', async (module, moduleResolution, more) => {
    await app.write('app.ts', CONTRACT);
    const { code, output } = await compile('app.ts', module, moduleResolution, more);
    expect(output).toBe('');
    expect(code).toBe(0);
  });

  test.each([
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ])('accepts right uses of the store and its bindings, and refuses wrong ones (%s, %s)', async (...how) => {
    await app.write('state.tsx', STATE);
    const { code, output } = await compile('state.tsx', ...how, { jsx: 'react-jsx' });
    expect(output).toBe('');
    expect(code).toBe(0);
  });
});

describe('an editor', () => {
  const open = async (name: string, calls: string): Promise<Editor> => {
    await app.write(name, `import JMessage from 'jmessage-runtime';\ndeclare const JIM: JMessage;\n${calls}`);
    return openEditor(app.path(name));
  };

  test('shows the words of a method, its section of the guide, its version and its codes', async () => {
    const editor = await open(
      'hover.ts',
      `JIM.sendSingleMsg({ target_username: 'bob', content: 'hi', no_offline: true })
         .onSuccess((data) => data.msg_id);
       JIM.enterChatroom({ id: 1 });
       JIM.onRoomMsg((message) => message.ctime_ms);`,
    );
    expect(editor.hover('JIM.sendSingleMsg')).toEqual({
      type: expect.stringContaining(
        'sendSingleMsg(params: BodyToUser | TextToUser): SendRequest<SingleSendAnswer>',
      ),
      words: 'Sends a text to a user.',
      tags: { guide: '发送单聊文本', fails: '880203 880206 880207 880209' },
    });
    expect(editor.hover('enterChatroom').tags).toEqual({
      since: '2.5',
      fails: '880608 881503 881507 881508',
    });
    expect(editor.hover('onRoomMsg').words).toBe(
      'Listens to messages of the chat rooms that this tab has entered.',
    );
  });

  test('shows the words of a parameter and of an answer field', async () => {
    const editor = await open(
      'parameter.ts',
      `JIM.sendSingleMsg({ target_username: 'bob', content: 'hi', no_offline: true }).onSuccess((data) => data.ctime_ms);`,
    );
    expect(editor.hover('target_username').words).toBe('Username of the recipient.');
    expect(editor.hover('content').words).toContain('at most 8 KB');
    expect(editor.hover('no_offline')).toMatchObject({
      type: expect.stringContaining('boolean'),
      words: 'true: not stored for offline recipients.',
      tags: { since: '2.4' },
    });
    expect(editor.hover('ctime_ms').words).toBe("Server's time of sending, ms.");
  });
});

describe('a wrong call is reported under the name of its parameter', () => {
  const WRONG: [what: string, call: string, name: string][] = [
    ['a missing text', `JIM.sendSingleMsg({ target_username: 'bob' });`, 'content'],
    ['a missing text to a group', `JIM.sendGroupMsg({ target_gid: 1 });`, 'content'],
    ['a missing image', `JIM.sendSinglePic({ target_username: 'bob' });`, 'image'],
    ['a missing file', `JIM.sendChatroomFile({ target_rid: 1 });`, 'file'],
    [
      'a missing label',
      `JIM.sendSingleLocation({ target_username: 'b', latitude: 1, longitude: 2, scale: 3 });`,
      'label',
    ],
    ['a missing custom message', `JIM.sendGroupCustom({ target_gid: 1 });`, 'custom'],
    ['a missing recipient', `JIM.sendSingleMsg({ content: 'hi' });`, 'target_username'],
    [
      'a misspelt parameter',
      `JIM.sendSingleMsg({ target_username: 'b', content: 'hi', no_ofline: true });`,
      'no_ofline',
    ],
    [
      'a parameter of another method',
      `JIM.sendSingleMsg({ target_name: 'b', content: 'hi' });`,
      'target_name',
    ],
    ['a wrong type', `JIM.loginOut({ wipe: 'yes' });`, 'wipe'],
  ];
  const FIRST_LINE = 3;
  /** Messages by line: of the language service, and of the compiler, which orders the members of a union differently. */
  const reported: [who: string, messages: Map<number, string>][] = [
    ['editor', new Map()],
    ['compiler', new Map()],
  ];

  beforeAll(async () => {
    const text = `import JMessage from 'jmessage-runtime';\ndeclare const JIM: JMessage;\n${WRONG.map(([, call]) => call).join('\n')}\n`;
    await app.write('wrong.ts', text);
    const [[, inEditor], [, inCompiler]] = reported as [
      [string, Map<number, string>],
      [string, Map<number, string>],
    ];
    for (const { line, message } of openEditor(app.path('wrong.ts')).errors()) inEditor.set(line, message);
    const { output } = await compile('wrong.ts', 'esnext', 'bundler');
    for (const [, line, message = ''] of output.matchAll(/wrong\.ts\((\d+),\d+\): (.*(?:\n .*)*)/g)) {
      inCompiler.set(Number(line), message);
    }
  });

  test.each(WRONG.map((wrong, index) => [...wrong, FIRST_LINE + index] as const))(
    '%s',
    (_what, call, name, line) => {
      for (const [who, messages] of reported) {
        const message = messages.get(line) ?? '';
        // A type error stands at its parameter and need not repeat the name.
        expect(name === 'wipe' ? call : message, `${who}: ${message}`).toContain(name);
        expect(message, who).not.toBe('');
        expect(message, who).not.toContain("'msg_body' is missing");
      }
    },
  );
});
