/** Small hooks that more than one component needs. */
import { useEffect, useState } from 'preact/hooks';
import { explain, useStrings } from './strings.js';

/** The time, anew after each period while `active`. ms since 1970. */
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
  /** Why it has not worked, for people; '' while nothing has failed. */
  error: string;
  /** Runs it unless it runs already. @returns whether it has worked */
  run(action: () => Promise<void>): Promise<boolean>;
}

/** Something that takes a moment and may fail: what a form or a button starts. */
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

/** Whether a keydown belongs to an input method. Safari ends the composition first and then tells by `keyCode` 229 alone. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
