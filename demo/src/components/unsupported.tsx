/** What a browser without SharedWorker gets to see. */
import { useStrings } from '../strings.js';

export function Unsupported() {
  const { noSharedWorker } = useStrings();
  return (
    <main class="centred">
      <p>{noSharedWorker}</p>
    </main>
  );
}
