/** The progress of an upload, as a ring around its cancel button. */
import type { ChatMessage } from '../chat-messages.js';
import { discard } from '../sending.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';

const SIZE = 40;
const RADIUS = 17;
const AROUND = 2 * Math.PI * RADIUS;
const PERCENT = 100;

export function Progress({ message }: { message: ChatMessage }) {
  const strings = useStrings();
  if (message.status !== 'sending' && message.status !== 'waiting') return null;
  const { progress = 0 } = message;
  const percent = Math.round(progress * PERCENT);
  return (
    <span class="progress">
      <span
        class="visually-hidden"
        role="progressbar"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={PERCENT}
        aria-label={strings.uploading(percent)}
      />
      <button
        type="button"
        aria-label={strings.cancelUpload}
        title={strings.cancelUpload}
        // The upload is complete, and a message that is being stored cannot be cancelled.
        disabled={progress >= 1}
        onClick={() => discard(message)}
      >
        <svg viewBox={`0 0 ${SIZE} ${SIZE}`} width={SIZE} height={SIZE} aria-hidden="true">
          <circle cx={SIZE / 2} cy={SIZE / 2} r={RADIUS} />
          <circle
            class="progress-done"
            cx={SIZE / 2}
            cy={SIZE / 2}
            r={RADIUS}
            stroke-dasharray={AROUND}
            stroke-dashoffset={AROUND * (1 - progress)}
          />
        </svg>
        <Icon name="close" size={18} />
      </button>
    </span>
  );
}
