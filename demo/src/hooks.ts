/** Small hooks that more than one component needs. */
import { useEffect, useState } from 'preact/hooks';

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

/** Whether a keydown belongs to an input method. Safari ends the composition first and then tells by `keyCode` 229 alone. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
