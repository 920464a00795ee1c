/** A conversation's messages as rows, with a line at each new day and runs of one sender's messages. */
import type { ChatMessage } from './chat-messages.js';
import { isSameDay } from './format.js';

export type Row =
  | { kind: 'day'; key: string; at: number }
  /** A row for an event rather than a message. */
  | { kind: 'note'; key: string; message: ChatMessage; mine: boolean }
  | {
      kind: 'message';
      key: string;
      message: ChatMessage;
      mine: boolean;
      /** Whether it is the first and the last of a run. */
      first: boolean;
      last: boolean;
    };

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

export function timeline(messages: readonly ChatMessage[], me: string): Row[] {
  const rows: Row[] = [];
  for (const [index, message] of messages.entries()) {
    const previous = messages[index - 1];
    const { id: key, at } = message;
    const mine = message.from === me;
    if (previous === undefined || !isSameDay(previous.at, at)) {
      rows.push({ kind: 'day', key: `day-${key}`, at });
    }
    if (isNote(message)) {
      rows.push({ kind: 'note', key, message, mine });
      continue;
    }
    const first = !sameRun(previous, message);
    const last = !sameRun(message, messages[index + 1]);
    rows.push({ kind: 'message', key, message, mine, first, last });
  }
  return rows;
}
