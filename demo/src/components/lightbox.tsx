/** An image in the largest size that fits the window. */
import { useEffect, useRef } from 'preact/hooks';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';

export function Lightbox({ url, mediaId, onClose }: { url: string; mediaId: string; onClose: () => void }) {
  const strings = useStrings();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog, and so does its button
    <dialog class="lightbox" aria-label={strings.photo} ref={dialog} onClose={onClose} onClick={onClose}>
      <img src={url} alt={strings.photo} />
      <span class="lightbox-bar">
        <a
          class="icon-button"
          href={url}
          download={mediaId || strings.photo}
          aria-label={strings.download}
          onClick={(event) => event.stopPropagation()}
        >
          <Icon name="download" />
        </a>
        <button type="button" class="icon-button" aria-label={strings.close} autofocus>
          <Icon name="close" />
        </button>
      </span>
    </dialog>
  );
}
