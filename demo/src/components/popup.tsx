/** A button with a native popover beside it, which closes on Escape and on a click elsewhere. */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.js';

const GAP_PX = 8;

interface Props {
  icon: IconName;
  label: string;
  iconSize?: number;
  /** The class of the popover. */
  class: string;
  /** Created only while it is open. */
  children: (close: () => void) => ComponentChildren;
}

const clamp = (value: number, max: number): number => Math.max(GAP_PX, Math.min(value, max - GAP_PX));

/** The popover stands above the button if there is room, otherwise below, and never beyond the window. */
export function place(
  box: HTMLElement,
  { left, width, top, bottom }: Pick<DOMRect, 'left' | 'width' | 'top' | 'bottom'>,
): void {
  const { offsetWidth, offsetHeight } = box;
  const above = top - offsetHeight - GAP_PX;
  const y = above >= GAP_PX ? above : bottom + GAP_PX;
  box.style.top = `${clamp(y, innerHeight - offsetHeight)}px`;
  box.style.left = `${clamp(left + (width - offsetWidth) / 2, innerWidth - offsetWidth)}px`;
}

export function Popup({ icon, label, iconSize = 20, class: className, children }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    const opened = box.current;
    if (!isOpen || opened === null) return;
    const settle = () => {
      if (button.current !== null) place(opened, button.current.getBoundingClientRect());
    };
    settle();
    opened.querySelector<HTMLElement>('[tabindex="0"], button, a, input')?.focus({ preventScroll: true });
    addEventListener('resize', settle);
    return () => removeEventListener('resize', settle);
  }, [isOpen]);
  return (
    <>
      <button
        type="button"
        class="icon-button"
        ref={button}
        popovertarget={id}
        aria-label={label}
        title={label}
        aria-expanded={isOpen}
      >
        <Icon name={icon} size={iconSize} />
      </button>
      <div
        id={id}
        class={`popup ${className}`}
        popover="auto"
        ref={box}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {isOpen && children(() => box.current?.hidePopover())}
      </div>
    </>
  );
}
