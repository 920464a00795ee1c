/** Where one writes. Enter sends, Shift+Enter makes a new line, and an input method's Enter is its own. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { isComposing } from '../hooks.js';
import { send, setDraft } from '../messages.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';

interface Props {
  username: string;
  name: string;
  draft: string;
}

/** A field that takes the focus by itself would open the keyboard of a phone over the messages. */
const hasKeyboard = (): boolean => matchMedia('(pointer: fine)').matches;

export function Composer({ username, name, draft }: Props) {
  const strings = useStrings();
  const field = useRef<HTMLTextAreaElement>(null);
  const isEmpty = draft.trim() === '';

  useEffect(() => {
    if (hasKeyboard()) field.current?.focus({ preventScroll: true });
  }, []);

  // As high as its text.
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [draft]);

  const submit = () => {
    if (!isEmpty) send(username, draft.trim());
    field.current?.focus({ preventScroll: true });
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="composer-field">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={strings.writeTo(name)}
          placeholder={strings.writeTo(name)}
          enterkeyhint="send"
          value={draft}
          onInput={(event) => setDraft(username, event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
            event.preventDefault();
            submit();
          }}
        />
        <button type="submit" class="send" aria-label={strings.send} disabled={isEmpty}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
