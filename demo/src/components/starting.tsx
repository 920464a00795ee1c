/** Shown while a reloaded page joins its session, if that takes long. */
import { useStrings } from '../strings.js';

export function Starting() {
  const { starting } = useStrings();
  return (
    <main class="centred starting" role="status">
      <p>{starting}</p>
    </main>
  );
}
