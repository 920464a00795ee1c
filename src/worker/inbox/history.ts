/**
 * Pages of a conversation: from the store, if it has them without a gap, else from the server, whose answer closes the gap.
 *
 * The pages of the server are known to have no gap ({@link Span}). While the connection lasts that brought the latest page, so are all later
 * messages, since the server pushes them. On a new connection the latest page is requested again.
 */
import {
  CODES,
  type ConversationId,
  conversationId,
  type Message,
  type Outcome,
} from '../../protocol/worker.js';
import type { Account } from '../connection/account.js';
import type { Answer } from '../connection/request.js';
import type { RequestChannel } from '../connection/request-channel.js';
import { failed, succeeded } from '../methods/outcome.js';
import { BEGINNING, byPlace, type Place, type Span, type Store } from '../store/store.js';
import type { Inbox } from './inbox.js';
import { parseMsgSync } from './push-parsing.js';

interface HistoryParts {
  account: Account;
  store: Store;
  channel: RequestChannel;
  inbox: Pick<Inbox, 'flush'>;
}

/** Checked parameters of `getHistory`. */
interface PageParams {
  gid?: number | undefined;
  username?: string | undefined;
  appkey?: string | undefined;
  before?: Place | undefined;
  limit: number;
}

export class History {
  /** Conversations whose latest page came over the present connection. */
  readonly #current = new Set<ConversationId>();

  constructor(private readonly parts: HistoryParts) {}

  async page(params: PageParams): Promise<Outcome> {
    const { gid, username = '', appkey = this.parts.account.appkey, before, limit } = params;
    const ref = gid === undefined ? { username, appkey } : { gid };
    const conversation = conversationId(ref, appkey);
    await this.parts.inbox.flush();
    if (!this.#canAsk) return this.#kept(conversation, before, limit);
    const whole = await this.#whole(conversation, before, limit);
    if (whole) return whole;
    const payload = { type: gid === undefined ? 3 : 4, ...ref, before: before && placeOf(before), limit };
    const reply = await this.parts.channel.ask('get_history', payload);
    if (reply.kind !== 'answer') return this.#kept(conversation, before, limit);
    if (reply.answer.code !== CODES.success) return failed(reply.answer);
    return this.#fill(conversation, before, limit, reply.answer);
  }

  /** New messages may be missing from now on. */
  disconnected(): void {
    this.#current.clear();
  }

  /** Whether the server can be asked now, and has the extension. */
  get #canAsk(): boolean {
    const { channel } = this.parts;
    return channel.connected && channel.can('history');
  }

  /** All stored messages, with or without gaps. */
  async #kept(conversation: ConversationId, before: Place | undefined, limit: number): Promise<Outcome> {
    const messages = await this.parts.store.page(conversation, before, limit);
    const more = await this.#hasBefore(conversation, messages[0]);
    return succeeded({ messages, more, from_cache: true });
  }

  /** The page, if the store has it without a gap. */
  async #whole(
    conversation: ConversationId,
    before: Place | undefined,
    limit: number,
  ): Promise<Outcome | undefined> {
    const { store } = this.parts;
    const spans = await store.spans(conversation);
    const isCurrent = this.#current.has(conversation);
    const last = spans.at(-1);
    const span = spans.find(
      (one) =>
        (!before || byPlace(one.from, before) < 0) &&
        ((before && byPlace(before, one.to) <= 0) || (isCurrent && one === last)),
    );
    if (!span) return undefined;
    const found = await store.page(conversation, before, limit);
    const messages = found.filter((message) => byPlace(message, span.from) >= 0);
    const isBeginning = byPlace(span.from, BEGINNING) === 0;
    if (messages.length < limit && !isBeginning) return undefined;
    const newest = messages.at(-1);
    if (newest && byPlace(newest, span.to) > 0) {
      await store.putSpans(conversation, [...spans.slice(0, -1), { ...span, to: placeOf(newest) }]);
    }
    const more = messages.length > 0 && !(isBeginning && !(await this.#hasBefore(conversation, messages[0])));
    return succeeded({ messages, more });
  }

  async #fill(
    conversation: ConversationId,
    before: Place | undefined,
    limit: number,
    answer: Answer,
  ): Promise<Outcome> {
    const { store } = this.parts;
    const page = parseMsgSync(answer).sort(byPlace);
    await store.putMessages(page.map((message) => ({ conversation, message })));
    const from = answer.more === true && page[0] ? placeOf(page[0]) : BEGINNING;
    const newest = page.at(-1);
    const spans = await store.spans(conversation);
    // The page reaches up to the requested message if a known span begins with it.
    const to = before && spans.some((one) => byPlace(one.from, before) === 0) ? before : newest;
    if (to) await store.putSpans(conversation, withSpan(spans, { from, to: placeOf(to) }));
    if (!before && this.#canAsk) this.#current.add(conversation);
    if (page.length >= limit) return succeeded({ messages: page, more: answer.more === true });
    // The server has dropped older messages; the stored ones are still valid.
    const kept = await store.page(conversation, before, limit);
    const messages = merged(kept, page).slice(-limit);
    return succeeded({ messages, more: await this.#hasBefore(conversation, messages[0]) });
  }

  async #hasBefore(conversation: ConversationId, first: Place | undefined): Promise<boolean> {
    return first !== undefined && (await this.parts.store.page(conversation, first, 1)).length > 0;
  }
}

const placeOf = ({ ctime_ms, msg_id }: Place): Place => ({ ctime_ms, msg_id });

function merged(kept: readonly Message[], page: readonly Message[]): Message[] {
  return [...new Map([...kept, ...page].map((message) => [message.msg_id, message])).values()].sort(byPlace);
}

/** Adds a span, and joins it with those that it overlaps or touches. */
export function withSpan(spans: readonly Span[], added: Span): Span[] {
  const apart = spans.filter(({ from, to }) => byPlace(to, added.from) < 0 || byPlace(from, added.to) > 0);
  const joined = [...spans.filter((one) => !apart.includes(one)), added];
  const from = joined.map((one) => one.from).sort(byPlace)[0] ?? added.from;
  const to =
    joined
      .map((one) => one.to)
      .sort(byPlace)
      .at(-1) ?? added.to;
  return [...apart, { from, to }].sort((a, b) => byPlace(a.from, b.from));
}
