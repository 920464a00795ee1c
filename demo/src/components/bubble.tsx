/** One message, with its state and its actions. */
import { memo } from 'preact/compat';
import type { ChatMessage } from '../chat-messages.js';
import { clock, moment } from '../format.js';
import { isFewEmoji } from '../linkify.js';
import type { Language } from '../remember.js';
import { discard, retry } from '../sending.js';
import { explain, type Strings, useStrings } from '../strings.js';
import { UserAvatar } from './avatar.js';
import { Icon } from './icon.js';
import { MessageContent } from './message-content.js';

interface Props {
  message: ChatMessage;
  mine: boolean;
  first: boolean;
  last: boolean;
  /** All recipients have read it. */
  read: boolean;
  /** The writer's name in a group; '' if it is not shown. */
  author: string;
  language: Language;
  /** Opens the menu of the message beside that element. */
  onMenu: (message: ChatMessage, from: Element) => void;
}

/** Redrawn only after a change of its message. Timeline rows are rebuilt, and their messages are not. */
export const Bubble = memo(BubbleView, (a, b) => {
  const keys = ['message', 'mine', 'first', 'last', 'read', 'author', 'language'] as const;
  return keys.every((key) => a[key] === b[key]);
});

function BubbleView({ message, mine, first, last, read, author, language, onMenu }: Props) {
  const strings = useStrings();
  const { content, status, error, hopeless, mentionsMe, from } = message;
  return (
    <div
      class="message"
      data-mine={mine}
      data-first={first}
      data-last={last}
      data-status={status}
      data-kind={content.type}
      data-large={content.type === 'text' && isFewEmoji(content.text)}
      data-mentioned={mentionsMe === true}
      data-group={author !== ''}
    >
      {author !== '' && first && (
        <p class="author small" dir="auto">
          <UserAvatar username={from} size={24} />
          {author}
        </p>
      )}
      <div class="message-line">
        <div class="bubble">
          <MessageContent message={message} />
          <Meta message={message} mine={mine} read={read} language={language} />
        </div>
        {(status === 'sent' || status === 'waiting') && (
          <button
            type="button"
            class="icon-button message-actions"
            aria-label={strings.actions}
            aria-haspopup="menu"
            title={strings.actions}
            onClick={({ currentTarget }) => onMenu(message, currentTarget)}
          >
            <Icon name="menu" size={16} />
          </button>
        )}
      </div>
      {status === 'failed' && (
        <p class="failed">
          <span>
            <Icon name="failed" size={14} />
            {strings.notSent}
            {error ? `: ${explain(error, strings)}` : ''}
          </span>
          {!hopeless && (
            <button type="button" class="link" onClick={() => retry(message)}>
              {strings.retry}
            </button>
          )}
          <button type="button" class="link" onClick={() => discard(message)}>
            {strings.discard}
          </button>
        </p>
      )}
    </div>
  );
}

type MetaProps = Pick<Props, 'message' | 'mine' | 'read' | 'language'>;

/** Its time and its delivery state. */
function Meta({ message: { at, status, unreadBy }, mine, read, language }: MetaProps) {
  const strings = useStrings();
  const label = read ? strings.read : statusText(status, unreadBy, strings);
  return (
    <span class="meta">
      <time title={moment(at, language)}>{clock(at, language)}</time>
      {mine && status !== 'failed' && (
        <span role="img" aria-label={label} title={label}>
          <Icon name={read ? 'read' : status} size={14} />
        </span>
      )}
    </span>
  );
}

/** A conversation of two needs no count. */
const statusText = (status: ChatMessage['status'], unreadBy = 0, strings: Strings): string => {
  if (status === 'sent' && unreadBy > 1) return strings.unreadBy(unreadBy);
  return status === 'failed' ? strings.notSent : strings[status];
};
