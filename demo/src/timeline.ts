/** A conversation's messages as rows to show: with a line at each new day, and runs of one sender's messages held together. */
import type { ChatMessage } from './chats.js';
import { isSameDay } from './format.js';

export type Row =
  | { kind: 'day'; key: string; at: number }
  | {
      kind: 'message';
      key: string;
      message: ChatMessage;
      mine: boolean;
      /** First and last of a run. */
      first: boolean;
      last: boolean;
    };

/** A pause this long ends a run. */
const RUN_GAP_MS = 5 * 60_000;

const sameRun = (a: ChatMessage | undefined, b: ChatMessage | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.from === b.from &&
  Math.abs(b.at - a.at) < RUN_GAP_MS &&
  isSameDay(a.at, b.at);

export function timeline(messages: readonly ChatMessage[], me: string): Row[] {
  const rows: Row[] = [];
  for (const [index, message] of messages.entries()) {
    const previous = messages[index - 1];
    if (previous === undefined || !isSameDay(previous.at, message.at)) {
      rows.push({ kind: 'day', key: `day-${message.id}`, at: message.at });
    }
    rows.push({
      kind: 'message',
      key: message.id,
      message,
      mine: message.from === me,
      first: !sameRun(previous, message),
      last: !sameRun(message, messages[index + 1]),
    });
  }
  return rows;
}
