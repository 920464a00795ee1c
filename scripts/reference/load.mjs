/** Everything that the reference is made from, read once. */
import { runnerImport } from 'vite';
import { inRoot } from '../lib/paths.mjs';
import { readHandlers } from './failures.mjs';
import { parametersOf } from './schema.mjs';
import { readTypes } from './types.mjs';
import {
  ANYWHERE,
  FIELDS,
  LOCAL_EVENTS,
  OWN_FAILURES,
  SESSION_FAILURES,
  TITLES,
  UPLOAD_FAILURES,
} from './words.mjs';

/** In the order of the page. */
const AREAS = [
  ['ACCOUNT_METHODS', 'Sessions and users', '登录与用户'],
  ['MESSAGE_METHODS', 'Messages', '消息'],
  ['GROUP_METHODS', 'Groups', '群组'],
  ['RELATION_METHODS', 'Friends, blacklist, no-disturb, shields', '好友、黑名单、免打扰、屏蔽'],
  ['ROOM_METHODS', 'Chat rooms', '聊天室'],
  ['OUTBOX_METHODS', 'Outbox and history', '发件箱与历史消息'],
  ['LOCAL_METHODS', 'Answered at once', '同步方法'],
];

/** Loads the protocol and reads what stands only in types and sources. */
export async function load() {
  const { module: protocol } = await runnerImport(inRoot('scripts/reference/entry.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  const types = readTypes();
  const handlers = readHandlers();
  const known = knownSchemas(protocol);
  const areas = AREAS.map(([table, title, chinese]) => ({
    title,
    chinese,
    methods: Object.entries(protocol[table]).map(([name, row]) =>
      methodOf(name, row, { protocol, types, handlers, known }),
    ),
  }));
  return { protocol, ...types, handlers, areas };
}

/** @returns the Chinese title of a method or listener */
export function titleOf(name, section) {
  const title = section && !/^(—|since)/.test(section) ? section : TITLES[name];
  if (!title) throw new Error(`${name} has no Chinese title (scripts/reference/words.mjs)`);
  return title;
}

function methodOf(name, row, { protocol, types, handlers, known }) {
  const { section, summary } = protocol.METHOD_DOCS[name];
  const isLocal = name in protocol.LOCAL_METHODS;
  const { answer = [], second = '' } = types.answers.get(name) ?? {};
  const events = isLocal ? LOCAL_EVENTS[name] : row.event ? [row.event] : [];
  const failures = new Set([
    ...(row.step === 'session' ? SESSION_FAILURES[name] : []),
    ...(OWN_FAILURES[name] ?? []),
    ...(row.upload ? UPLOAD_FAILURES : []),
    ...events.flatMap((event) => handlers.get(event)?.codes ?? []),
  ]);
  return {
    name,
    title: titleOf(name, section),
    since: /^since/.test(section) ? section : '',
    summary,
    isLocal,
    row,
    events,
    parameters: parametersOf(row.params, known).map((parameter) => ({
      ...parameter,
      words: wordsOf(name, parameter.name),
    })),
    answer,
    second,
    failures: isLocal
      ? []
      : [...failures]
          .filter((code) => !ANYWHERE.has(code))
          .map((code) => protocol.CODES[code])
          .sort((a, b) => a - b),
  };
}

function wordsOf(method, field) {
  const words = FIELDS[`${method}.${field}`] ?? FIELDS[field];
  if (words === undefined) throw new Error(`${method}: ${field} has no words (scripts/reference/words.mjs)`);
  return words;
}

/** Schemas that are called by a name rather than taken apart. */
function knownSchemas({ flag, integer, jsonObject, json, extras, file, user }) {
  return new Map([
    [flag, 'boolean'],
    [integer, 'number'],
    [jsonObject, 'object'],
    [json, 'JSON'],
    [extras, 'object'],
    [file, 'FormData'],
    [user, '`{username, appkey?}`'],
  ]);
}
