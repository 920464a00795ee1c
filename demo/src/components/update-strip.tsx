/** Offers the version of the page that waits on this device. */
import { useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { openNewVersion } from '../updates.js';
import { Icon } from './icon.js';

export function UpdateStrip() {
  const strings = useStrings();
  const hasNewVersion = useStore((state) => state.hasNewVersion);
  if (!hasNewVersion) return null;
  return (
    <div class="strip" data-kind="update" role="status">
      <Icon name="download" size={18} />
      <span>{strings.newVersion}</span>
      <button type="button" onClick={openNewVersion}>
        {strings.reloadNow}
      </button>
    </div>
  );
}
