/** A short notice without another place, which disappears by itself. */
import { useEffect } from 'preact/hooks';
import { update, useStore } from '../store.js';

const SHOWN_MS = 5_000;

export function Toast() {
  const toast = useStore((state) => state.toast);
  useEffect(() => {
    if (toast === '') return;
    const timer = setTimeout(() => update({ toast: '' }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <div class="toast-area" role="status">
      {toast !== '' && <p class="toast">{toast}</p>}
    </div>
  );
}
