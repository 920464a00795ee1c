/** A form in a dialog: its fields, its error, and its two buttons. */
import type { ComponentChildren } from 'preact';
import { useAction } from '../hooks.js';
import { useStrings } from '../strings.js';
import { Problem } from './problem.js';

interface Props {
  children: ComponentChildren;
  submitLabel: string;
  busyLabel?: string;
  /** Its action cannot be undone, so Enter alone does not start it. */
  isDangerous?: boolean;
  /** The action. If it fails, the form stays and shows the reason. */
  submit: () => Promise<void>;
  onDone: () => void;
  onCancel: () => void;
}

export function DialogForm({
  children,
  submitLabel,
  busyLabel,
  isDangerous = false,
  submit,
  onDone,
  onCancel,
}: Props) {
  const strings = useStrings();
  const { busy, error, run } = useAction();
  return (
    <form
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        void run(submit).then((done) => done && onDone());
      }}
    >
      {children}
      <Problem text={error} />
      <div class="actions">
        <button type="button" autofocus={isDangerous} onClick={onCancel}>
          {strings.cancel}
        </button>
        <button type="submit" class={isDangerous ? 'bad' : 'primary'} disabled={busy}>
          {busy && busyLabel ? busyLabel : submitLabel}
        </button>
      </div>
    </form>
  );
}
