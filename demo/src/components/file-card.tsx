/** A file in a message: its name, its size, and a download button. */
import type { ChatMessage } from '../chat-messages.js';
import type { Content } from '../content.js';
import { sizeText } from '../files.js';
import { useAction } from '../hooks.js';
import { download } from '../resources.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';
import { Progress } from './progress.js';

type FileContent = Extract<Content, { type: 'file' }>;

export function FileCard({ file, message }: { file: FileContent; message: ChatMessage }) {
  const strings = useStrings();
  const { busy, error, run } = useAction();
  const { name, size, mediaId } = file;
  const label = name || strings.file;
  return (
    <span class="file-card">
      {message.status === 'sending' ? (
        <Progress message={message} />
      ) : (
        <button
          type="button"
          class="file-button"
          disabled={busy || mediaId === ''}
          aria-label={strings.downloadFile(label)}
          title={strings.download}
          onClick={() => void run(() => download(mediaId, label))}
        >
          <Icon name={mediaId === '' ? 'file' : 'download'} />
        </button>
      )}
      <span class="file-text">
        <span class="file-name" dir="auto">
          {label}
        </span>
        <span class="muted small">{error || sizeText(size)}</span>
      </span>
    </span>
  );
}
