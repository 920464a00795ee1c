/** Says new messages to screen readers: only these, not the history that appears with a conversation. */
import { useStore } from '../store.js';

export function Announcer() {
  const announcement = useStore((state) => state.announcement);
  return (
    <div class="visually-hidden" aria-live="polite" data-testid="announcer">
      {announcement}
    </div>
  );
}
