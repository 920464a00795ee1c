/** One message. Its text is a stranger's: it reaches the page as text nodes only. */
import { memo } from 'preact/compat';
import type { ChatMessage } from '../chats.js';
import { clock, moment } from '../format.js';
import { isFewEmoji, linkify } from '../linkify.js';
import { retry } from '../messages.js';
import type { Language } from '../remember.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';

interface Props {
  message: ChatMessage;
  mine: boolean;
  first: boolean;
  last: boolean;
  /** Whose conversation it is. */
  username: string;
  language: Language;
}

/** Drawn anew only when something about it is new; timeline rows are made afresh, their messages are not. */
export const Bubble = memo(BubbleView, (a, b) => {
  const keys = ['message', 'mine', 'first', 'last', 'username', 'language'] as const;
  return keys.every((key) => a[key] === b[key]);
});

function BubbleView({ message, mine, first, last, username, language }: Props) {
  const strings = useStrings();
  const { text, at, status, error } = message;
  const failed = status === 'failed';
  return (
    <li
      class="message"
      data-mine={mine}
      data-first={first}
      data-last={last}
      data-status={status}
      data-large={isFewEmoji(text)}
    >
      <div class="bubble">
        <p dir="auto">
          <Text text={text} />
        </p>
        <span class="meta">
          <time title={moment(at, language)}>{clock(at, language)}</time>
          {mine && !failed && (
            <span role="img" aria-label={strings[status]} title={strings[status]}>
              <Icon name={status} size={14} />
            </span>
          )}
        </span>
      </div>
      {failed && (
        <p class="failed">
          <Icon name="failed" size={14} />
          <span>
            {strings.notSent}
            {error ? `: ${error}` : ''}
          </span>
          <button type="button" class="link" onClick={() => retry(username, message)}>
            {strings.retry}
          </button>
        </p>
      )}
    </li>
  );
}

function Text({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((part, index) =>
        part.href === undefined ? (
          part.text
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part.text}
          </a>
        ),
      )}
    </>
  );
}
