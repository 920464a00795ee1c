/** A choice of emoji. It is one stop for the Tab key, and the arrow keys move inside. */
import { useState } from 'preact/hooks';
import { useStrings } from '../strings.js';
import { Popup } from './popup.js';

const COLUMNS = 8;
const EMOJI = [
  ...['😀', '😄', '😁', '😂', '🤣', '😊', '😇', '🙂', '😉', '😍', '🥰', '😘', '😋', '😜', '🤪', '🤔'],
  ...['😐', '😏', '🙄', '😬', '😴', '😷', '🤒', '🥳', '😎', '🤓', '😳', '🥺', '😢', '😭', '😱', '😡'],
  ...['👍', '👎', '👌', '✌️', '🤞', '👏', '🙌', '🙏', '💪', '👀', '❤️', '💔', '💯', '🔥', '✨', '🎉'],
  ...['☕', '🍜', '🍕', '🍺', '🎂', '🌹', '🌙', '☀️', '🌈', '🐱', '🐶', '🚀', '🚆', '🏔️', '💡', '✅'],
] as const;

/** The target of an arrow key; undefined for other keys. */
function moved(from: number, key: string): number | undefined {
  const steps: Record<string, number> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from - COLUMNS,
    ArrowDown: from + COLUMNS,
    Home: 0,
    End: EMOJI.length - 1,
  };
  const to = steps[key];
  return to === undefined ? undefined : Math.max(0, Math.min(to, EMOJI.length - 1));
}

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const strings = useStrings();
  return (
    <Popup icon="emoji" label={strings.emoji} class="emoji">
      {(close) => (
        <Grid
          label={strings.emoji}
          onPick={(emoji) => {
            close();
            onPick(emoji);
          }}
        />
      )}
    </Popup>
  );
}

function Grid({ label, onPick }: { label: string; onPick: (emoji: string) => void }) {
  const [current, setCurrent] = useState(0);
  return (
    <fieldset
      class="emoji-grid"
      aria-label={label}
      onKeyDown={(event) => {
        const to = moved(current, event.key);
        if (to === undefined) return;
        event.preventDefault();
        setCurrent(to);
        event.currentTarget.querySelectorAll('button')[to]?.focus();
      }}
    >
      {EMOJI.map((emoji, index) => (
        <button
          type="button"
          key={emoji}
          tabIndex={index === current ? 0 : -1}
          onFocus={() => setCurrent(index)}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </fieldset>
  );
}
