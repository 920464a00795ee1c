/** Checks records of a database just enough that a broken one is left out and makes no reader fail. */
import { type ConversationId, isJsonObject, type Message, type ResumeToken } from '../../protocol/worker.js';
import {
  byPlace,
  type OutboxRecord,
  type Place,
  type Progress,
  type Span,
  type StoredMessage,
} from './store.js';

/** An object whose fields are not checked. */
type Loose<T> = { [Field in keyof T]?: unknown };

const isLoose = <T>(input: unknown): input is Loose<T> => isJsonObject(input);

const isPlace = (input: unknown): input is Place =>
  isLoose<Place>(input) && Number.isFinite(input.ctime_ms) && Number.isFinite(input.msg_id);

const isMessage = (input: unknown): input is Message =>
  isLoose<Message>(input) && isPlace(input) && 'content' in input && isJsonObject(input.content);

const isSpan = (input: unknown): input is Span =>
  isLoose<Span>(input) && isPlace(input.from) && isPlace(input.to);

const isFiled = (input: unknown): input is [ConversationId, unknown] =>
  Array.isArray(input) && typeof input[0] === 'string';

const isOutboxRecord = (input: unknown): input is OutboxRecord =>
  isLoose<OutboxRecord>(input) &&
  Number.isFinite(input.id) &&
  typeof input.callId === 'string' &&
  typeof input.method === 'string' &&
  isJsonObject(input.params) &&
  isJsonObject(input.state);

const listOf =
  <T>(is: (input: unknown) => input is T) =>
  (input: unknown): T[] =>
    Array.isArray(input) ? input.filter(is) : [];

export const readSpans = listOf(isSpan);
export const readOutbox = listOf(isOutboxRecord);
export const readList = listOf(isJsonObject);
const readMessageList = listOf(isMessage);

/** Oldest first. */
export const readMessages = (json: unknown): Message[] =>
  readMessageList(readJson(`[${json}]`)).sort(byPlace);

/** The batch of a journal entry: conversations with their messages. */
export const readEntry = (json: unknown): StoredMessage[] =>
  listOf(isFiled)(readJson(json)).flatMap(([conversation, messages]) =>
    readMessageList(messages).map((message) => ({ conversation, message })),
  );

export function readJson(json: unknown): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    return undefined;
  }
}

export const readProgress = (input: unknown): Progress | undefined =>
  isLoose<Progress>(input) &&
  [input.syncKey, input.eventKey, input.receiptKey].every(Number.isFinite) &&
  [input.seenEvents, input.seenReceipts].every(Array.isArray)
    ? (input as unknown as Progress)
    : undefined;

export const readToken = (input: unknown): ResumeToken | null =>
  isLoose<ResumeToken>(input) && typeof input.device === 'string' && typeof input.token === 'string'
    ? (input as unknown as ResumeToken)
    : null;
