/** Asks before what cannot be taken back. */
import { useStrings } from '../strings.js';
import { DialogForm } from './dialog-form.js';
import { Modal } from './modal.js';

export interface Question {
  title: string;
  /** What it means. */
  text: string;
  /** What the button says. */
  label: string;
  /** What it does. */
  action: () => Promise<void>;
}

export function ConfirmDialog({ question, onClose }: { question: Question; onClose: () => void }) {
  const strings = useStrings();
  const { title, text, label, action } = question;
  return (
    <Modal title={title} onClose={onClose}>
      <DialogForm
        submitLabel={label}
        busyLabel={strings.working}
        isDangerous
        submit={action}
        onDone={onClose}
        onCancel={onClose}
      >
        <p class="muted">{text}</p>
      </DialogForm>
    </Modal>
  );
}
