/**
 * Keeps a view at its end, whatever changes its size or that of its content: a keyboard, a panel, pictures, fonts. Only a person who scrolls up
 * leaves the end.
 */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A view that is so close to its end counts as there. */
const NEAR_END_PX = 80;

interface Place {
  top: number;
  view: number;
  content: number;
}

const placeOf = ({ scrollTop, clientHeight, scrollHeight }: Element): Place => ({
  top: scrollTop,
  view: clientHeight,
  content: scrollHeight,
});

const toEnd = ({ top, view, content }: Place): number => content - top - view;

export interface PinnedEnd {
  /** @returns whether the view is away from its end, and whether it moved up */
  scrolled(): { isAway: boolean; isUp: boolean };
  /** From now on the view is at its end. */
  follow(): void;
  /** The page is about to show another place. */
  leave(): void;
  /** Runs a scroll of the page's own, such as that for a row whose height was only estimated. No person has left the end by it. */
  move(scroll: () => void): void;
}

/** @param content its size is watched as well */
export function usePinnedEnd(view: RefObject<HTMLElement>, content: RefObject<HTMLElement>): PinnedEnd {
  const follows = useRef(true);
  /** At the last scroll. */
  const top = useRef(0);
  const last = useRef<Place>({ top: 0, view: 0, content: 0 });

  /** @returns the place, after it has decided whether the view still follows its end */
  const look = (element: Element): Place => {
    const before = last.current;
    const now = placeOf(element);
    // The browser itself moves a view whose size changes, or that of its content. That is no person.
    const isScrolled = now.view === before.view && now.content === before.content;
    if (isScrolled && now.top !== before.top) follows.current = toEnd(now) < NEAR_END_PX;
    last.current = now;
    return now;
  };
  /** The element's own end, since a size that is only estimated is behind what is drawn. */
  const pin = () => {
    const element = view.current;
    if (element === null) return;
    const now = look(element);
    if (!follows.current || toEnd(now) < 1) return;
    show(element);
  };
  const show = (element: Element) => {
    element.scrollTop = element.scrollHeight;
    last.current = placeOf(element);
  };
  useEffect(() => {
    const observer = new ResizeObserver(pin);
    for (const element of [view.current, content.current]) if (element !== null) observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // A change may move the content, and leave its size as it is.
  useEffect(pin);

  return {
    scrolled() {
      const element = view.current;
      if (element === null) return { isAway: false, isUp: false };
      const now = look(element);
      const isUp = now.top < top.current;
      top.current = now.top;
      return { isAway: !follows.current && toEnd(now) >= NEAR_END_PX, isUp };
    },
    follow() {
      follows.current = true;
      if (view.current) show(view.current);
    },
    leave() {
      follows.current = false;
    },
    move(scroll) {
      const element = view.current;
      // A person may have scrolled just before.
      if (element) look(element);
      scroll();
      if (element) last.current = placeOf(element);
    },
  };
}
