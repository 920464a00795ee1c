/** `docs/coverage.md`: for each method and listener its row, its handler and its tests. An empty cell is missing work. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../lib/paths.mjs';
import { code, generated, table } from './markdown.mjs';
import { readTests } from './tests.mjs';
import { PUSHES } from './words.mjs';

const GATEWAY = 'gateway/src';
/** Nothing to be there, rather than nothing there. */
const NONE_NEEDED = 'none needed';

const INTRO = `Each method and listener of the API with its code in this repository and with its tests. Every test drives a page in a real browser against the real gateway.

- **Runtime**: the step that turns the call into its request.
- **Gateway**: the handler of its event, or the source of its push.
- **Tests**: files under \`test/browser\` that have its name in a title.
- **As V2 does it**: the chapter of the walk through the V2 guide (\`test/browser/guide\`). The walk types each example as the guide has it and checks every documented field. [The README's table](../README.md#differences-from-v2) lists the intended differences.`;

/** The walk through the V2 guide. */
const GUIDE = 'test/browser/guide/';
const ADDITION = '[an addition](../README.md#differences-from-v2)';
/** How the sources say so. */
const isAddition = (words) => words.endsWith('An addition to V2.');

export function coveragePage({ areas, handlers, protocol, shapes }) {
  const methods = areas.flatMap((area) => area.methods);
  const tests = readTests([...methods.map(({ name }) => name), ...protocol.LISTENER_NAMES]);
  const filesOf = (name, inGuide) =>
    tests
      .get(name)
      .filter((file) => file.startsWith(GUIDE) === inGuide)
      .map((file) => link(file, path.basename(file, '.test.ts')))
      .join(', ');
  const testsOf = (name) => filesOf(name, false);
  const asV2 = (name, words) => (isAddition(words) ? ADDITION : filesOf(name, true));
  const listenerWords = new Map(shapes.get('ListenerEvents').fields.map(({ name, doc }) => [name, doc]));
  const methodRows = methods.map(({ name, row, events, isLocal, summary }) => [
    `[${name}](api.md#${name.toLowerCase()})`,
    isLocal ? 'in the tab, reported to the worker' : stepOf(row),
    events.length > 0
      ? [...new Set(events.map((event) => handlerOf(handlers.get(event), event)))].join('<br>')
      : NONE_NEEDED,
    testsOf(name),
    asV2(name, summary),
  ]);
  const pushed = pushersOf();
  const listenerRows = protocol.LISTENER_NAMES.map((name) => [
    `[${name}](api.md#${name.toLowerCase()})`,
    PUSHES[name].length > 0 ? PUSHES[name].map(code).join(', ') : "the session's state",
    PUSHES[name].length > 0
      ? [...new Set(PUSHES[name].flatMap((event) => pushed(event)))]
          .map((file) => link(file, short(file)))
          .join(', ')
      : NONE_NEEDED,
    testsOf(name),
    asV2(name, listenerWords.get(name) ?? ''),
  ]);
  return `${[
    generated('Coverage'),
    INTRO,
    `Empty cells: ${emptyCells(methodRows) + emptyCells(listenerRows)}.`,
    '## Methods',
    table(['method', 'runtime', 'gateway', 'tests', 'as V2 does it'], methodRows),
    '## Listeners',
    table(['listener', 'runtime', 'gateway', 'tests', 'as V2 does it'], listenerRows),
  ].join('\n\n')}\n`;
}

const emptyCells = (rows) => rows.flat().filter((cell) => cell === '').length;
const link = (file, text) => `[${text}](../${file})`;
const short = (file) => path.posix.relative(GATEWAY, file).replace(/\.ts$/, '');

const stepOf = ({ step, event }) => (event ? `${code(event)}, ${step}` : step);
const handlerOf = (handler, event) =>
  handler ? link(handler.file, `${short(handler.file)}: ${handler.handler}`) : `${event}: –`;

/** @returns who in the gateway names a push, by event */
function pushersOf() {
  const sources = readdirSync(inRoot(GATEWAY), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(GATEWAY, name.split(path.sep).join('/')))
    .filter((file) => !file.includes('/handlers/index'))
    .sort()
    .map((file) => ({ file, text: readFileSync(inRoot(file), 'utf8') }));
  return (event) => sources.filter(({ text }) => text.includes(`push('${event}'`)).map(({ file }) => file);
}
