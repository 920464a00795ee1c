/** The menu of rare actions: profile, appearance, another account, log-out. */
import { useId, useRef, useState } from 'preact/hooks';
import { showInspector } from '../inspecting.js';
import { setAlerts } from '../notifying.js';
import { ASK_WHO_HASH, addAccount, logOut } from '../session.js';
import { useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';
import { Preferences } from './preferences.js';
import { ProfileDialog } from './profile-dialog.js';

export function Menu() {
  const strings = useStrings();
  const alerts = useStore((state) => state.alerts);
  const inspector = useStore((state) => state.inspector);
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
        <button type="button" aria-pressed={alerts} onClick={chosen(() => void setAlerts(!alerts))}>
          <Icon name="bell" size={18} />
          {alerts ? strings.alertsOff : strings.alertsOn}
        </button>
        <button type="button" aria-pressed={inspector} onClick={chosen(() => showInspector(!inspector))}>
          <Icon name="tools" size={18} />
          {inspector ? strings.closeInspector : strings.openInspector}
        </button>
        <button type="button" onClick={chosen(addAccount)}>
          <Icon name="users" size={18} />
          {strings.addAccount}
        </button>
        <button type="button" onClick={chosen(logOut)}>
          <Icon name="logOut" size={18} />
          {strings.logOut}
        </button>
      </div>
      {editing && <ProfileDialog onClose={() => setEditing(false)} />}
    </>
  );
}
