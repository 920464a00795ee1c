/** A list that is one stop for the Tab key. The arrow keys move between its items. */
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

const STEPS: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Buttons and links inside an item, which the left and right arrow keys reach. */
const CONTROLS = 'a[href], button:not(:disabled)';

/**
 * @param selector finds the items. The Tab key stops at the focused item, or else at the current one (`aria-current`), or else at the last one
 * if `startsAtEnd`.
 */
export function useRoving(
  container: RefObject<HTMLElement>,
  selector: string,
  { startsAtEnd = false }: { startsAtEnd?: boolean } = {},
): void {
  useEffect(() => {
    const root = container.current;
    if (root === null) return;
    const items = () => [...root.querySelectorAll<HTMLElement>(selector)];
    const settle = (current?: HTMLElement) => {
      const all = items();
      const stop =
        current ??
        all.find((item) => item.contains(document.activeElement)) ??
        all.find((item) => item.getAttribute('aria-current') !== null) ??
        all.at(startsAtEnd ? -1 : 0);
      for (const item of all) {
        setStop(item, item === stop);
        for (const control of item.querySelectorAll<HTMLElement>(CONTROLS)) setStop(control, false);
      }
    };
    const onFocus = ({ target }: FocusEvent) => {
      const item = target instanceof Element ? target.closest<HTMLElement>(selector) : null;
      if (item !== null) settle(item);
    };
    const onKey = (event: KeyboardEvent) => {
      const focused = document.activeElement;
      const item = focused?.closest<HTMLElement>(selector);
      if (!item || !(focused instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey)
        return;
      const target = inside(item, focused, event.key) ?? besides(items(), item, event.key);
      if (target === undefined) return;
      event.preventDefault();
      target.focus();
    };
    settle();
    // Rows come and go, also without a change of the list itself.
    const observer = new MutationObserver(() => settle());
    observer.observe(root, { childList: true, subtree: true });
    root.addEventListener('focusin', onFocus);
    root.addEventListener('keydown', onKey);
    return () => {
      observer.disconnect();
      root.removeEventListener('focusin', onFocus);
      root.removeEventListener('keydown', onKey);
    };
  }, [container, selector, startsAtEnd]);
}

const setStop = (element: HTMLElement, isStop: boolean): void => {
  const value = isStop ? 0 : -1;
  if (element.tabIndex !== value || !element.hasAttribute('tabindex')) element.tabIndex = value;
};

/** The next item in the key's direction. */
function besides(all: HTMLElement[], item: HTMLElement, key: string): HTMLElement | undefined {
  const step = STEPS[key];
  if (step === undefined) return undefined;
  return all[Math.max(0, Math.min(all.indexOf(item) + step, all.length - 1))];
}

/** The next control of the item in the key's direction. */
function inside(item: HTMLElement, focused: HTMLElement, key: string): HTMLElement | undefined {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (step === undefined) return undefined;
  const stops = [item, ...item.querySelectorAll<HTMLElement>(CONTROLS)];
  return stops[Math.max(0, Math.min(stops.indexOf(focused) + step, stops.length - 1))];
}
