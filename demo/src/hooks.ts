/** Small hooks that more than one component needs. */
import { useEffect, useState } from 'preact/hooks';
import { explain, useStrings } from './strings.js';

/** The time in ms since 1970, updated after each period while `active`. */
export function useNow(periodMs: number, active = true): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!active) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), periodMs);
    return () => clearInterval(timer);
  }, [periodMs, active]);
  return now;
}

interface Action {
  busy: boolean;
  /** The reason of the failure, for people; '' without one. */
  error: string;
  /** Runs it unless it is running. @returns whether it succeeded */
  run(action: () => Promise<void>): Promise<boolean>;
}

/** An action of a form or button that takes a moment and may fail. */
export function useAction(): Action {
  const strings = useStrings();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const run = async (action: () => Promise<void>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setError('');
    try {
      await action();
      return true;
    } catch (reason) {
      setError(explain(reason, strings));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}

/** Whether a keydown belongs to an input method. Safari ends the composition first, and then only `keyCode` 229 shows it. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
