/** The package's declarations in an application: what its compiler accepts and refuses, and what its editor shows. */
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Editor, openEditor, undocumentedIn } from '../../scripts/reference/editor.mjs';
import { Consumer, tool } from './consumer.js';
import { API_CONTRACT, STORE_CONTRACT } from './contracts.js';

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
  expect(names).toEqual([
    'index.d.ts',
    'react/index.d.ts',
    'store/index.d.ts',
    'testing/api.d.ts',
    'vue/index.d.ts',
    'without-exports.d.ts',
  ]);
  for (const { name, text } of files) {
    const mentioned = [...text.matchAll(/(?:from |import\()['"]([^'"]*)/g)].map(([, target]) => target);
    const folder = path.dirname(name);
    const allowed =
      folder === '.'
        ? []
        : folder === 'store' || folder === 'testing'
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
    await app.write('app.ts', API_CONTRACT);
    const { code, output } = await compile('app.ts', module, moduleResolution, more);
    expect(output).toBe('');
    expect(code).toBe(0);
  });

  test.each([
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ])('accepts right uses of the store and its bindings, and refuses wrong ones (%s, %s)', async (...how) => {
    await app.write('state.tsx', STORE_CONTRACT);
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
        'sendSingleMsg(params: ToUser & (BodyPart | TextPart)): SendRequest<SingleSendAnswer>',
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

  test('goes to the definition in the documented source', async () => {
    const editor = await open(
      'definition.ts',
      `import { createChatStore, type ChatMessage } from 'jmessage-runtime/store';
       import { useMessages } from 'jmessage-runtime/react';
       import { CODES, EVENT, type Inspection } from 'jmessage-runtime';
       JIM.sendSingleMsg({ target_username: 'bob', content: 'hi' }).onProgress((part) => part.loaded);
       createChatStore(JIM).messages({ gid: 1 }).loadMore();
       let message: ChatMessage; let inspection: Inspection;
       useMessages; CODES.ok; EVENT.left;`,
    );
    const source = app.path('node_modules/jmessage-runtime/src');
    for (const [place, file, text] of [
      ['JIM.sendSingleMsg', 'protocol/api/sends.ts', 'sendSingleMsg('],
      ['target_username', 'protocol/api/sends.ts', 'target_username: string'],
      ['.onProgress', 'protocol/api/request.ts', 'onProgress('],
      ['part.loaded', 'protocol/api/request.ts', 'loaded: number'],
      ['EVENT.left', 'protocol/api/event-types.ts', 'left: 9'],
      ['inspection: Inspection', 'protocol/api/inspection.ts', 'Inspection {'],
      ['(JIM).messages', 'store/chat-store.ts', 'messages(ref'],
      ['loadMore', 'store/messages.ts', 'loadMore = '],
      ['message: ChatMessage', 'store/message-log.ts', 'ChatMessage {'],
    ] as const) {
      const found = editor.definition(place);
      expect(found?.file, place).toBe(path.join(source, file));
      expect(found?.text.slice(0, text.length), place).toBe(text);
    }
  });

  test('shows the words of every field, also of one that its type inherits or picks from another', async () => {
    for (const { name } of await declarations()) {
      if (/react|vue|without/.test(name)) continue;
      const editor = openEditor(app.path('node_modules/jmessage-runtime/dist', name));
      expect(editor.wordless(), name).toEqual([]);
    }
    await app.write(
      'fields.ts',
      `interface A {
         /** The first letter. */
         b: 1;
         c: 2;
       }
       export interface D extends Pick<A, 'b' | 'c'> { e?: undefined }
       export type F = A | { [K in 'h' | 'i']: K };`,
    );
    expect(openEditor(app.path('fields.ts')).wordless()).toEqual(['D.c', 'F.c', 'F.h', 'F.i']);
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
