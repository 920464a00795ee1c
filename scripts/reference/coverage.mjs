/** `docs/coverage.md`: for each method and listener its row, its handler and its tests. An empty cell is missing work. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../lib/paths.mjs';
import { code, generated, table } from './markdown.mjs';
import { readTests } from './tests.mjs';

const GATEWAY = 'gateway/src';
/** The cell is complete: this method needs no entry. */
const NONE_NEEDED = 'none needed';

const INTRO = `Each method and listener of the API with its code in this repository and with its tests. Every test drives a page in a real browser against the real gateway.

- **Runtime**: the event of its request, and the step that builds the payload.
- **Gateway**: the handler of its event, or the source of its push.
- **Fails with**: the codes that its declaration lists. A unit test compares them with the sources of the gateway and the worker.
- **Tests**: files under \`test/browser\` that have its name in a title.
- **As V2 does it**: the chapter of the walk through the V2 guide (\`test/browser/guide\`). The walk types each example as the guide has it and checks every documented field. [The table of differences](differences.md) lists the intended differences.`;

/** The server's pushes by the listener that receives them. */
const PUSHES = {
  onMsgReceive: ['msg_sync'],
  onSyncConversation: ['sync_conversation'],
  onEventNotification: ['event_notification'],
  onSyncEvent: ['sync_event'],
  onUserInfUpdate: ['event_notification', 'sync_event'],
  onMsgReceiptChange: ['receipt_change'],
  onSyncMsgReceipt: ['sync_receipt'],
  onMutiUnreadMsgUpdate: ['event_notification', 'sync_event'],
  onTransMsgRec: ['trans_msg_rec'],
  onRoomMsg: ['room_msg_sync', 'room_msg_sync_his'],
  onDisconnect: [],
  onStateChange: [],
  onOutboxChange: [],
  onUnreadChange: [],
  onActiveChange: [],
  onInvitationAnswer: [],
  onOutdated: [],
  onDegraded: [],
};
/** The requests that methods without a request of their own cause. */
const LOCAL_EVENTS = {
  updateConversation: [],
  getUnreadMsgCnt: [],
  resetUnreadCount: ['unread_single_count', 'unread_group_count'],
  closeConversation: [],
};

/** The walk through the V2 guide. */
const GUIDE = 'test/browser/guide/';
const ADDITION = '[an addition](differences.md)';

export function coveragePage({ declared, handlers, METHODS }) {
  const tests = readTests(declared.map(({ name }) => name));
  const filesOf = (name, inGuide) =>
    tests
      .get(name)
      .filter((file) => file.startsWith(GUIDE) === inGuide)
      .map((file) => link(file, path.basename(file, '.test.ts')))
      .join(', ');
  const rest = ({ name, isAddition }) => [filesOf(name, false), isAddition ? ADDITION : filesOf(name, true)];
  const methodRows = declared
    .filter(({ isListener }) => !isListener)
    .map((method) => {
      const { name } = method;
      const row = METHODS[name];
      const events = row ? [row.event].filter(Boolean) : LOCAL_EVENTS[name];
      return [
        reference(method),
        row ? stepOf(row) : 'in the tab, then posted to the worker',
        events.length > 0
          ? [...new Set(events.map((event) => handlerOf(handlers.get(event), event)))].join('<br>')
          : NONE_NEEDED,
        method.fails.join(' ') || '–',
        ...rest(method),
      ];
    });
  const pushed = pushersOf();
  const listenerRows = declared
    .filter(({ isListener }) => isListener)
    .map((listener) => {
      const pushes = PUSHES[listener.name];
      return [
        reference(listener),
        pushes.length > 0 ? pushes.map(code).join(', ') : "the session's state",
        pushes.length > 0
          ? [...new Set(pushes.flatMap((event) => pushed(event)))]
              .map((file) => link(file, short(file)))
              .join(', ')
          : NONE_NEEDED,
        ...rest(listener),
      ];
    });
  return `${[
    generated('Coverage'),
    INTRO,
    `Empty cells: ${emptyCells(methodRows) + emptyCells(listenerRows)}.`,
    '## Methods',
    table(['method', 'runtime', 'gateway', 'fails with', 'tests', 'as V2 does it'], methodRows),
    '## Listeners',
    table(['listener', 'runtime', 'gateway', 'tests', 'as V2 does it'], listenerRows),
  ].join('\n\n')}\n`;
}

const reference = ({ name, page }) => `[${name}](api/${page}.md#${name.toLowerCase()})`;
const emptyCells = (rows) => rows.flat().filter((cell) => cell === '').length;
const link = (file, text) => `[${text}](../${file})`;
const short = (file) => path.posix.relative(GATEWAY, file).replace(/\.ts$/, '');

const stepOf = ({ step, event }) => [event && code(event), step].filter(Boolean).join(', ');
const handlerOf = (handler, event) =>
  handler ? link(handler.file, `${short(handler.file)}: ${handler.handler}`) : `${event}: –`;

/** @returns the sources of the gateway that name a push, by event */
function pushersOf() {
  const sources = readdirSync(inRoot(GATEWAY), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(GATEWAY, name.split(path.sep).join('/')))
    .filter((file) => !file.includes('/handlers/index'))
    .sort()
    .map((file) => ({ file, text: readFileSync(inRoot(file), 'utf8') }));
  // To one connection, or to the sessions of accounts, which come first.
  const pushes = (event) => new RegExp(`push(?:Json)?\\(([^()]*, )?'${event}'`);
  return (event) => sources.filter(({ text }) => pushes(event).test(text)).map(({ file }) => file);
}
