/** Announces new messages to screen readers, without the history of an opened conversation. */
import { useStore } from '../store.js';

export function Announcer() {
  const announcement = useStore((state) => state.announcement);
  return (
    <div class="visually-hidden" aria-live="polite" data-testid="announcer">
      {announcement}
    </div>
  );
}
