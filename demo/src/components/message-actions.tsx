/** What can be done with a message. */
import type { ChatMessage } from '../chat-messages.js';
import type { ChatId } from '../chats.js';
import { retract } from '../sending.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';
import { Popup } from './popup.js';

interface Props {
  message: ChatMessage;
  mine: boolean;
  chatId: ChatId;
}

export function MessageActions({ message, mine, chatId }: Props) {
  const strings = useStrings();
  const { content } = message;
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
              {mine && (
                <button type="button" onClick={chosen(() => retract(chatId, message))}>
                  <Icon name="undo" size={18} />
                  {strings.retract}
                </button>
              )}
            </>
          );
        }}
      </Popup>
    </span>
  );
}
