/** The right side before a conversation is chosen. */
import { useStrings } from '../strings.js';

export function NoConversation() {
  const { pickOne, pickOneHint } = useStrings();
  return (
    <section class="conversation nothing">
      <p>{pickOne}</p>
      <p class="muted small">{pickOneHint}</p>
    </section>
  );
}
