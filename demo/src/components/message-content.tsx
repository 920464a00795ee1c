/** The content of a message. A stranger may have written it, so text reaches the page as text nodes only. */
import type { ChatMessage } from '../chat-messages.js';
import { linkify } from '../linkify.js';
import { previewOf } from '../preview.js';
import { useStrings } from '../strings.js';
import { FileCard } from './file-card.js';
import { LocationCard } from './location-card.js';
import { Picture } from './picture.js';

export function MessageContent({ message }: { message: ChatMessage }) {
  const strings = useStrings();
  const { content } = message;
  switch (content.type) {
    case 'text':
      return (
        <p dir="auto">
          <Text text={content.text} />
        </p>
      );
    case 'image':
      return <Picture image={content} message={message} />;
    case 'file':
      return <FileCard file={content} message={message} />;
    case 'location':
      return <LocationCard {...content} />;
    default:
      return <p class="muted">{previewOf(content, strings)}</p>;
  }
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
