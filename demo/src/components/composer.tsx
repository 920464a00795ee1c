/** The field to write in. Enter sends, Shift+Enter makes a new line, and an input method keeps its own Enter. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChatId } from '../chats.js';
import { pastedFiles } from '../files.js';
import { isComposing } from '../hooks.js';
import { sendFiles, sendText, setDraft } from '../sending.js';
import { getState } from '../store.js';
import { useStrings } from '../strings.js';
import { AttachMenu } from './attach-menu.js';
import { EmojiPicker } from './emoji-picker.js';
import { Icon } from './icon.js';
import { MentionList, useMentions } from './mention-list.js';

interface Props {
  id: ChatId;
  name: string;
  draft: string;
}

/** An automatic focus would open a phone's keyboard over the messages. */
const hasKeyboard = (): boolean => matchMedia('(pointer: fine)').matches;

export function Composer({ id, name, draft }: Props) {
  const strings = useStrings();
  const field = useRef<HTMLTextAreaElement>(null);
  /** The caret's position after the next change of the text. */
  const caret = useRef<number | undefined>(undefined);
  const isEmpty = draft.trim() === '';

  /** Replaces a part of the text. */
  const replace = (from: number, to: number, text: string) => {
    caret.current = from + text.length;
    setDraft(id, draft.slice(0, from) + text + draft.slice(to));
  };
  const mentions = useMentions(id, draft, field, replace);

  // A message that was searched for gets the focus itself.
  const [isSearched] = useState(() => getState().target?.chatId === id);
  useEffect(() => {
    if (hasKeyboard() && !isSearched) field.current?.focus({ preventScroll: true });
  }, []);

  // The field is as high as its text.
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
    if (caret.current === undefined) return;
    element.focus({ preventScroll: true });
    element.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  }, [draft]);

  const submit = () => {
    if (!isEmpty) sendText(id, draft.trim());
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
      <MentionList mentions={mentions} />
      <div class="composer-field">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={strings.writeTo(name)}
          placeholder={strings.writeTo(name)}
          enterkeyhint="send"
          value={draft}
          {...mentions.fieldProps}
          onInput={(event) => setDraft(id, event.currentTarget.value)}
          onPaste={(event) => {
            const files = pastedFiles(event.clipboardData);
            if (files.length === 0) return;
            event.preventDefault();
            void sendFiles(id, files);
          }}
          onKeyDown={(event) => {
            if (isComposing(event) || mentions.onKeyDown(event)) return;
            if (event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            submit();
          }}
        />
        {/* Drawn before the field, which the Tab key reaches first. */}
        <span class="composer-attach">
          <AttachMenu id={id} />
        </span>
        <EmojiPicker
          onPick={(emoji) => {
            const { selectionStart, selectionEnd } = field.current ?? {};
            replace(selectionStart ?? draft.length, selectionEnd ?? draft.length, emoji);
          }}
        />
        <button type="submit" class="send" aria-label={strings.send} disabled={isEmpty}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
