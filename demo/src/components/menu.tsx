/** The menu of rare actions: profile, appearance, another account, log-out. */
import { useId, useRef, useState } from 'preact/hooks';
import { ASK_WHO_HASH, logOut } from '../session.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';
import { Preferences } from './preferences.js';
import { ProfileDialog } from './profile-dialog.js';

export function Menu() {
  const strings = useStrings();
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [editing, setEditing] = useState(false);
  const chosen = (action: () => void) => () => {
    menu.current?.hidePopover();
    action();
  };
  return (
    <>
      <button type="button" class="icon-button" aria-label={strings.menu} popovertarget={id}>
        <Icon name="menu" />
      </button>
      <div class="menu" id={id} popover="auto" ref={menu}>
        <button type="button" onClick={chosen(() => setEditing(true))}>
          <Icon name="edit" size={18} />
          {strings.editProfile}
        </button>
        {/* Without an opener, so that the new tab gets a session storage of its own. */}
        <a href={ASK_WHO_HASH} target="_blank" rel="noopener" onClick={chosen(() => undefined)}>
          <Icon name="newTab" size={18} />
          {strings.otherAccount}
        </a>
        <Preferences />
        <button type="button" onClick={chosen(logOut)}>
          <Icon name="logOut" size={18} />
          {strings.logOut}
        </button>
      </div>
      {editing && <ProfileDialog onClose={() => setEditing(false)} />}
    </>
  );
}
