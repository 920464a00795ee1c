/** The page for a browser without SharedWorker. */
import { useStrings } from '../strings.js';

export function Unsupported() {
  const { noSharedWorker } = useStrings();
  return (
    <main class="centred">
      <p>{noSharedWorker}</p>
    </main>
  );
}
