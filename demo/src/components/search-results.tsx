/** Messages with the text of the search field, from all conversations of this device. */
import { useEffect, useState } from 'preact/hooks';
import { peerOf } from '../chats.js';
import { shortTime } from '../format.js';
import { openChat } from '../navigation.js';
import { previewOf } from '../preview.js';
import { type Hit, search } from '../searching.js';
import { nameOf, titleOf, update, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { ChatAvatar } from './avatar.js';

const TYPING_MS = 200;
const MIN_CHARS = 2;

/** @param query without spaces around it */
export function SearchResults({ query, now }: { query: string; now: number }) {
  const strings = useStrings();
  const [hits, setHits] = useState<readonly Hit[]>([]);
  useEffect(() => {
    setHits([]);
    if (query.length < MIN_CHARS) return;
    const ends = new AbortController();
    const timer = setTimeout(() => void search(query, setHits, ends.signal), TYPING_MS);
    return () => {
      clearTimeout(timer);
      ends.abort();
    };
  }, [query]);
  if (hits.length === 0) return null;
  return (
    <section aria-label={strings.foundMessages}>
      <h2 class="section">{strings.foundMessages}</h2>
      <ul>
        {hits.map((hit) => (
          <li key={`${hit.chatId} ${hit.message.id}`}>
            <HitRow hit={hit} query={query} now={now} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function HitRow({ hit: { chatId, message }, query, now }: { hit: Hit; query: string; now: number }) {
  const strings = useStrings();
  const language = useStore((state) => state.language);
  const title = useStore((state) => titleOf(state, chatId));
  // The other person of a conversation of two is its title already.
  const writer = useStore((state) => {
    if (message.from === state.username) return `${strings.you}: `;
    return 'gid' in peerOf(chatId) ? `${nameOf(state, message.from)}: ` : '';
  });
  return (
    <button
      type="button"
      class="row"
      onClick={() => {
        openChat(chatId);
        update({ target: { chatId, id: message.id } });
      }}
    >
      <ChatAvatar id={chatId} size={36} />
      <span class="row-name" dir="auto">
        {title}
      </span>
      <time class="row-time">{shortTime(message.at, now, language)}</time>
      <span class="row-last excerpt" dir="auto">
        <Excerpt text={previewOf(message.content, strings)} query={query} writer={writer} />
      </span>
    </button>
  );
}

/** The characters before a hit that a row shows. */
const BEFORE = 16;

/** The text around the hit. In a narrow row the text before it gets shorter, and not the hit. */
function Excerpt({ text, query, writer }: { text: string; query: string; writer: string }) {
  const at = text.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return <span>{writer + text}</span>;
  const from = Math.max(0, at - BEFORE);
  return (
    <>
      <span class="excerpt-before">
        {writer}
        {from > 0 ? '…' : ''}
        {text.slice(from, at)}
      </span>
      <mark>{text.slice(at, at + query.length)}</mark>
      <span class="excerpt-after">{text.slice(at + query.length)}</span>
    </>
  );
}
