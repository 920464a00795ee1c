/** The moment in which a reloaded page joins its session. Appears only if it is a long one. */
import { useStrings } from '../strings.js';

export function Starting() {
  const { starting } = useStrings();
  return (
    <main class="centred starting" role="status">
      <p>{starting}</p>
    </main>
  );
}
