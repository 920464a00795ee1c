/**
 * A conversation's messages in blocks: each is one record of the database, so that a batch takes few writes and a page few reads. The messages of
 * a block are JSON that is appended to: what is there already is never made anew.
 */
import type { Message } from '../../protocol/worker.js';
import { readMessages } from './records.js';
import { byPlace, type Place, type Span } from './store.js';

/** Some dozens of messages: a page is in two or three of them, and one that a late message comes into is soon written again. */
const BLOCK_CHARS = 16_000;

export interface Block {
  /** The key: none of its messages is before it, and no message between it and the next block's is elsewhere. */
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

/** As a block has them. */
export const jsonOf = (messages: readonly Message[]): string =>
  messages.map((message) => JSON.stringify(message)).join();

/** In order, each once. */
export function inOrder(messages: readonly Message[]): Message[] {
  const sorted = [...messages].sort(byPlace);
  return sorted.filter((message, i) => byPlace(sorted[i - 1] ?? NOWHERE, message) !== 0);
}
const NOWHERE: Place = { ctime_ms: -1, msg_id: 0 };

/** Fills one block after the other. @param head is continued */
export function appended(head: Block | undefined, messages: readonly Message[]): Block[] {
  const blocks = head ? [head] : [];
  for (const block of messages.map(blockOf)) {
    const last = blocks.at(-1);
    if (last && last.json.length + block.json.length < BLOCK_CHARS) blocks.splice(-1, 1, join([last, block]));
    else blocks.push(block);
  }
  return blocks;
}

/** A block with messages put in: the same object where they were all in it, several where it became too long. */
export function merged(block: Block, messages: readonly Message[]): Block[] {
  const [first] = messages;
  if (first && byPlace(first, block.to) > 0) return appended(block, messages);
  const kept = readMessages(block.json);
  const all = inOrder([...kept, ...messages]);
  if (all.length === kept.length) return [block];
  const [start, ...rest] = halved(all.map(blockOf));
  return start ? [{ ...start, from: block.from }, ...rest] : [];
}

/** Leaves room on either side for what comes between. */
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

/** What is left of spans when all before a place is gone. */
export const shortened = (spans: readonly Span[], floor: Place): Span[] =>
  spans
    .filter(({ to }) => byPlace(to, floor) >= 0)
    .map(({ from, to }) => ({ from: byPlace(from, floor) < 0 ? floor : from, to }));
