/**
 * Rows of which only those near the screen exist (`@tanstack/virtual-core`). The view follows the end while it is there, and stays with its rows
 * while others are added above.
 */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

const ROW_PX = 48;
/** Rows beyond the screen, so that the arrow keys and a quick scroll find them. */
const BEYOND = 12;
const NEAR_END_PX = 80;

type Options = VirtualizerOptions<HTMLDivElement, HTMLLIElement>;

interface Source {
  scroller: RefObject<HTMLDivElement>;
  list: RefObject<HTMLOListElement>;
  count: number;
  keyOf: (index: number) => string;
  /** Runs each scroll of the rows themselves. */
  move: (scroll: () => void) => void;
}

export function useVirtualRows({ scroller, list, count, keyOf, move }: Source) {
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  const [scrollMargin, setScrollMargin] = useState(0);
  const options: Options = {
    count,
    getItemKey: keyOf,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_END_PX,
    scrollMargin,
    scrollToFn: (...place) => move(() => elementScroll(...place)),
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  };
  const [rows] = useState(() => new Virtualizer<HTMLDivElement, HTMLLIElement>(options));
  rows.setOptions(options);
  useLayoutEffect(() => rows._didMount(), [rows]);
  useLayoutEffect(() => {
    rows._willUpdate();
    // The rows stand below a button, and at the lower end of a view that they do not fill.
    setScrollMargin(list.current?.offsetTop ?? 0);
  });
  return rows;
}
