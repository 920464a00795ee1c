/** Asks before an action that cannot be undone. */
import { useStrings } from '../strings.js';
import { DialogForm } from './dialog-form.js';
import { Modal } from './modal.js';

export interface Question {
  title: string;
  /** The consequence of the action. */
  text: string;
  /** The label of the button. */
  label: string;
  /** The action. */
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
