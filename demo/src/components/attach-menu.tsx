/** The menu of attachments: photos, files and places. */
import { useRef, useState } from 'preact/hooks';
import type { ChatId } from '../chats.js';
import { sendFiles } from '../sending.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';
import { LocationDialog } from './location-dialog.js';
import { Popup } from './popup.js';

export function AttachMenu({ id }: { id: ChatId }) {
  const strings = useStrings();
  const input = useRef<HTMLInputElement>(null);
  const [sharing, setSharing] = useState(false);
  return (
    <>
      <Popup icon="attach" label={strings.attach} class="menu-list">
        {(close) => (
          <>
            <button
              type="button"
              onClick={() => {
                close();
                input.current?.click();
              }}
            >
              <Icon name="image" size={18} />
              {strings.photoOrFile}
            </button>
            <button
              type="button"
              onClick={() => {
                close();
                setSharing(true);
              }}
            >
              <Icon name="pin" size={18} />
              {strings.location}
            </button>
          </>
        )}
      </Popup>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={strings.photoOrFile}
        onChange={({ currentTarget }) => {
          void sendFiles(id, [...(currentTarget.files ?? [])]);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
      {sharing && <LocationDialog id={id} onClose={() => setSharing(false)} />}
    </>
  );
}
