/** The compiler checks each row of the method table against the declaration of its method. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openEditor } from '../../../scripts/reference/editor.mjs';

const FOLDER = path.resolve(import.meta.dirname, '../../../src/protocol/methods');
const TABLE = path.join(FOLDER, 'index.ts');
const ROWS = path.join(FOLDER, 'accounts.ts');
const COMPILE_MS = 60_000;

/** Edits of rows, and what the compiler has to report about each. */
const FAULTS: [row: string, edited: string, reports: string[]][] = [
  [
    'params: v.object({ appkey, username: name })',
    'params: v.object({ appkey })',
    ['attach: username'], // missing
  ],
  [
    'params: v.object({ wipe: optional(flag, false) })',
    'params: v.object({ wipes: optional(flag, false) })',
    ['loginOut: wipe', 'loginOut: wipes', 'loginOut: type'], // misspelt
  ],
  [
    'params: v.object(credentials)',
    'params: v.object({ ...credentials, token: name })',
    ['login: token', 'login: type'], // undeclared
  ],
  [
    'params: v.object({ avatar: file })',
    'params: v.object({ avatar: v.number() })',
    ['updateSelfAvatar: type'], // refuses declared values
  ],
];

test('rows that disagree with their declarations do not compile: the error names each method and parameter', {
  timeout: COMPILE_MS,
}, () => {
  let rows = readFileSync(ROWS, 'utf8');
  for (const [row, edited] of FAULTS) {
    expect(rows.split(row), row).toHaveLength(2);
    rows = rows.replace(row, edited);
  }
  const editor = openEditor(TABLE, { [ROWS]: rows });
  expect(editor.errors().map(({ message }) => message)).toEqual([
    expect.stringContaining("does not satisfy the constraint 'never'"),
  ]);
  const { type } = editor.hover('type TableAgreesWithApi');
  const reported = [...type.matchAll(/"(\w+: \w+)"/g)].map(([, text]) => text);
  expect(new Set(reported)).toEqual(new Set(FAULTS.flatMap(([, , reports]) => reports)));
});
