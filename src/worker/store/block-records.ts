/** Blocks in the database. Those of a conversation are one stretch of keys in order. The caller has a transaction open. */
import type { ConversationId, Message } from '../../protocol/worker.js';
import { appended, type Block, jsonOf, merged } from './blocks.js';
import { backwards, resultOf } from './idb.js';
import { readMessages } from './records.js';
import { byPlace, type Place } from './store.js';

export type BlockKey = [conversation: ConversationId, ctime_ms: number, msg_id: number];
const keyOf = (conversation: ConversationId, { ctime_ms, msg_id }: Place): BlockKey => [
  conversation,
  ctime_ms,
  msg_id,
];

/** Messages that are written without a pause: a few milliseconds of work. */
const APPENDED_AT_ONCE = 200;

/** The keys up to a place, or before it. */
export const upTo = (conversation: ConversationId, place?: Place, isOpen = false) =>
  IDBKeyRange.bound([conversation], place ? keyOf(conversation, place) : [conversation, []], false, isOpen);

/** The bytes of a text: browsers store one byte for each character, or two for all of them. */
export const weightOf = (json: unknown): number => {
  const text = String(json ?? '');
  return /[^ -ÿ]/.test(text) ? 2 * text.length : text.length;
};

/** Puts messages of one conversation, in order, into its blocks. @returns the growth in bytes */
export async function fileIn(
  store: IDBObjectStore,
  conversation: ConversationId,
  messages: Message[],
): Promise<number> {
  let grown = 0;
  // From the newest on: the block of the newest takes every message that is not before it.
  for (let latest = messages.at(-1); latest; latest = messages.at(-1)) {
    const block = await find(store, conversation, latest);
    const own = messages.splice(block ? messages.findIndex((one) => byPlace(one, block.from) >= 0) : 0);
    let head = block;
    for (let [first] = own; first; [first] = own) {
      const isEarlier = head && byPlace(first, head.to) <= 0;
      const slice = own.splice(0, isEarlier ? own.length : APPENDED_AT_ONCE);
      const blocks = head ? merged(head, slice) : appended(undefined, slice);
      if (blocks[0] === head) blocks.shift();
      else grown -= weightOf(head?.json);
      let stored: IDBRequest | undefined;
      for (const { from, json } of blocks) {
        stored = store.put(json, keyOf(conversation, from));
        grown += weightOf(json);
      }
      head = blocks.at(-1) ?? head;
      // The worker does other things between the slices.
      if (stored) await resultOf(stored);
    }
  }
  return grown;
}

/** @returns the growth of the conversation's blocks in bytes, 0 or less */
export async function forgetIn(
  store: IDBObjectStore,
  conversation: ConversationId,
  msgIds: readonly number[],
): Promise<number> {
  const wanted = new Set(msgIds);
  let grown = 0;
  await backwards(store, upTo(conversation), (cursor) => {
    const messages = readMessages(cursor.value);
    const kept = messages.filter(({ msg_id }) => !wanted.delete(msg_id));
    if (kept.length < messages.length) {
      const json = jsonOf(kept);
      grown += weightOf(json) - weightOf(cursor.value);
      // The key stays, since no message is before it.
      if (json) cursor.update(json);
      else cursor.delete();
    }
    return wanted.size > 0 ? undefined : null;
  });
  return grown;
}

/** The latest messages of each conversation, read backwards until they are enough. */
export async function latestIn(
  store: IDBObjectStore,
  isEnough: (list: readonly Message[]) => boolean,
): Promise<Map<ConversationId, Message[]>> {
  const found = new Map<ConversationId, Message[]>();
  await backwards(store, IDBKeyRange.bound([''], [[]]), ({ key, value }) => {
    const [conversation] = key as BlockKey;
    const list = [...readMessages(value), ...(found.get(conversation) ?? [])];
    if (list.length > 0) found.set(conversation, list);
    return isEnough(list) ? [conversation] : undefined;
  });
  return found;
}

/** The block that the place belongs into. Broken blocks are deleted. */
async function find(
  store: IDBObjectStore,
  conversation: ConversationId,
  place: Place,
): Promise<Block | undefined> {
  let block: Block | undefined;
  await backwards(store, upTo(conversation, place), (cursor) => {
    const [, ctime_ms, msg_id] = cursor.key as BlockKey;
    const messages = readMessages(cursor.value);
    const to = messages.at(-1);
    if (to && typeof ctime_ms === 'number' && typeof msg_id === 'number') {
      block = { from: { ctime_ms, msg_id }, to, json: jsonOf(messages) };
      return null;
    }
    cursor.delete();
    return undefined;
  });
  return block;
}
