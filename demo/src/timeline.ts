/**
 * A conversation's messages as rows, with a line at each new day and runs of one sender's messages. A row is made when it is drawn, so that a long
 * history costs nothing.
 */
import type { ChatMessage } from './chat-messages.js';
import { isSameDay } from './format.js';

interface RowBase {
  message: ChatMessage;
  mine: boolean;
  /** It is the first one of its day. */
  newDay: boolean;
}

export type Row =
  /** A row for an event rather than a message. */
  | (RowBase & { kind: 'note' })
  /** Whether it is the first and the last of a run. */
  | (RowBase & { kind: 'message'; first: boolean; last: boolean });

/** A pause this long ends a run. */
const RUN_GAP_MS = 5 * 60_000;

const isNote = ({ content }: ChatMessage): boolean =>
  content.type === 'notice' || content.type === 'retracted';

const sameRun = (a: ChatMessage | undefined, b: ChatMessage | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.from === b.from &&
  !isNote(a) &&
  !isNote(b) &&
  Math.abs(b.at - a.at) < RUN_GAP_MS &&
  isSameDay(a.at, b.at);

/** @returns undefined beyond the messages */
export function rowAt(messages: readonly ChatMessage[], index: number, me: string): Row | undefined {
  const message = messages[index];
  if (message === undefined) return undefined;
  const previous = messages[index - 1];
  const mine = message.from === me;
  const newDay = previous === undefined || !isSameDay(previous.at, message.at);
  if (isNote(message)) return { kind: 'note', message, mine, newDay };
  const first = !sameRun(previous, message);
  const last = !sameRun(message, messages[index + 1]);
  return { kind: 'message', message, mine, newDay, first, last };
}
