/** A form in a dialog: its fields, what has not worked, and the two ways out. */
import type { ComponentChildren } from 'preact';
import { useAction } from '../hooks.js';
import { useStrings } from '../strings.js';
import { Problem } from './problem.js';

interface Props {
  children: ComponentChildren;
  submitLabel: string;
  busyLabel?: string;
  /** What it is for. If it fails the form stays, and says why. */
  submit: () => Promise<void>;
  onDone: () => void;
  onCancel: () => void;
}

export function DialogForm({ children, submitLabel, busyLabel, submit, onDone, onCancel }: Props) {
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
        <button type="button" onClick={onCancel}>
          {strings.cancel}
        </button>
        <button type="submit" class="primary" disabled={busy}>
          {busy && busyLabel ? busyLabel : submitLabel}
        </button>
      </div>
    </form>
  );
}
