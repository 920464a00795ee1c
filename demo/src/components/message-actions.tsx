/** The actions on a message. */
import { useState } from 'preact/hooks';
import type { ChatMessage } from '../chat-messages.js';
import { type ChatId, peerOf } from '../chats.js';
import { discard, retract } from '../sending.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';
import { Popup } from './popup.js';
import { ReadersDialog } from './readers-dialog.js';

interface Props {
  message: ChatMessage;
  mine: boolean;
  chatId: ChatId;
}

export function MessageActions({ message, mine, chatId }: Props) {
  const strings = useStrings();
  const [listing, setListing] = useState(false);
  const { content, msgId, status } = message;
  const isSent = mine && status === 'sent';
  if (content.type !== 'text' && !mine) return null;
  return (
    <span class="message-actions">
      <Popup icon="menu" iconSize={16} label={strings.actions} class="menu-list">
        {(close) => {
          const chosen = (action: () => void) => () => {
            close();
            action();
          };
          return (
            <>
              {content.type === 'text' && (
                <button
                  type="button"
                  onClick={chosen(() => void navigator.clipboard?.writeText(content.text))}
                >
                  <Icon name="copy" size={18} />
                  {strings.copy}
                </button>
              )}
              {isSent && 'gid' in peerOf(chatId) && (
                <button type="button" onClick={chosen(() => setListing(true))}>
                  <Icon name="read" size={18} />
                  {strings.readers}
                </button>
              )}
              {status === 'waiting' && (
                <button type="button" onClick={chosen(() => discard(message))}>
                  <Icon name="close" size={18} />
                  {strings.discardWaiting}
                </button>
              )}
              {isSent && (
                <button type="button" onClick={chosen(() => retract(chatId, message))}>
                  <Icon name="undo" size={18} />
                  {strings.retract}
                </button>
              )}
            </>
          );
        }}
      </Popup>
      {listing && msgId !== undefined && <ReadersDialog msgId={msgId} onClose={() => setListing(false)} />}
    </span>
  );
}
