/**
 * A conversation's messages in blocks. Each block is one record of the database, so a batch takes few writes and a page few reads. A block is
 * JSON, and new messages are appended to it without parsing.
 */
import type { Message } from '../../protocol/worker.js';
import { readMessages } from './records.js';
import { byPlace, type Place, type Span } from './store.js';

/** Some dozens of messages: a page is in two or three blocks, and a block that gets a late message is quickly written again. */
const BLOCK_CHARS = 16_000;

export interface Block {
  /** The key. None of the block's messages is before it, and every message up to the next block's key is in this block. */
  from: Place;
  /** The last message. */
  to: Place;
  /** Oldest first, with commas between them. */
  json: string;
}

export const placeOf = ({ ctime_ms, msg_id }: Place): Place => ({ ctime_ms, msg_id });

const blockOf = (message: Message): Block => ({
  from: placeOf(message),
  to: placeOf(message),
  json: JSON.stringify(message),
});

/** The JSON of a block. */
export const jsonOf = (messages: readonly Message[]): string =>
  messages.map((message) => JSON.stringify(message)).join();

/** Messages in order, each once. */
export function inOrder(messages: readonly Message[]): Message[] {
  const sorted = [...messages].sort(byPlace);
  return sorted.filter((message, i) => byPlace(sorted[i - 1] ?? NOWHERE, message) !== 0);
}
const NOWHERE: Place = { ctime_ms: -1, msg_id: 0 };

/** Fills one block after the other. @param head is continued */
export function appended(head: Block | undefined, messages: readonly Message[]): Block[] {
  const groups = head ? [[head]] : [];
  let chars = head ? head.json.length : BLOCK_CHARS;
  for (const block of messages.map(blockOf)) {
    chars += block.json.length;
    if (chars < BLOCK_CHARS) groups.at(-1)?.push(block);
    else {
      groups.push([block]);
      chars = block.json.length;
    }
  }
  return groups.map((group) => (group.length === 1 && group[0]) || join(group));
}

/** Adds messages to a block. @returns the same object if it has all of them, several if it became too long */
export function merged(block: Block, messages: readonly Message[]): Block[] {
  const [first] = messages;
  if (first && byPlace(first, block.to) > 0) return appended(block, messages);
  const kept = readMessages(block.json);
  const all = inOrder([...kept, ...messages]);
  if (all.length === kept.length) return [block];
  const [start, ...rest] = halved(all.map(blockOf));
  return start ? [{ ...start, from: block.from }, ...rest] : [];
}

/** Halves leave room for messages between them. */
function halved(blocks: readonly Block[]): Block[] {
  const whole = join(blocks);
  if (blocks.length < 2 || whole.json.length < BLOCK_CHARS) return [whole];
  const middle = blocks.length >> 1;
  return [...halved(blocks.slice(0, middle)), ...halved(blocks.slice(middle))];
}

const join = (blocks: readonly Block[]): Block => ({
  from: blocks[0]?.from ?? NOWHERE,
  to: blocks.at(-1)?.to ?? NOWHERE,
  json: blocks.map(({ json }) => json).join(),
});

/** The rest of the spans after everything before a place was deleted. */
export const shortened = (spans: readonly Span[], floor: Place): Span[] =>
  spans
    .filter(({ to }) => byPlace(to, floor) >= 0)
    .map(({ from, to }) => ({ from: byPlace(from, floor) < 0 ? floor : from, to }));
