/** A line for an event of the group or for a retracted message. */
import type { ChatMessage } from '../chat-messages.js';
import type { ChatId } from '../chats.js';
import { newsOf } from '../preview.js';
import { setDraft } from '../sending.js';
import { getState, nameOf, useStore } from '../store.js';
import { useStrings } from '../strings.js';

interface Props {
  message: ChatMessage;
  mine: boolean;
  chatId: ChatId;
}

export function NoteLine({ message: { content, from }, mine, chatId }: Props) {
  const strings = useStrings();
  const me = useStore((state) => state.username);
  const called = (username: string) => (username === me ? strings.you : nameOf(getState(), username));
  if (content.type === 'notice') {
    return <p class="note">{newsOf(content.what, called(from), content.who.map(called), strings)}</p>;
  }
  if (content.type !== 'retracted') return null;
  const { was } = content;
  return (
    <p class="note" data-kind="retracted">
      {mine ? strings.youRetracted : strings.retractedBy(called(from))}
      {was !== undefined && (
        <button type="button" class="link" onClick={() => setDraft(chatId, was)}>
          {strings.writeAgain}
        </button>
      )}
    </p>
  );
}
