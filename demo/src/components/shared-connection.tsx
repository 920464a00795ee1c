/** Shows the number of tabs on the account's one connection, and the state of that connection. */
import { type State, useStore } from '../store.js';
import { type Strings, useStrings } from '../strings.js';
import { Icon } from './icon.js';

/** The connection's state in a word or two. */
export function connectionWord({ connection: { state }, fromCache }: State, strings: Strings): string {
  if (state === 'ready') return strings.online;
  if (fromCache && state === 'waiting') return strings.savedData;
  if (state === 'syncing') return strings.syncing;
  return state === 'waiting' || state === 'ended' || state === 'idle' ? strings.offline : strings.connecting;
}

export function SharedConnection() {
  const strings = useStrings();
  const { connected, tabs: counted } = useStore(({ connection }) => connection);
  const word = useStore((state) => connectionWord(state, strings));
  const degraded = useStore((state) => state.degraded);
  // This tab always counts.
  const tabs = Math.max(counted, 1);
  const label = connected ? strings.tabsOnOne(tabs) : strings.tabsOnNone(tabs);
  return (
    <footer class="shared" data-connected={connected}>
      <Drawing tabs={tabs} />
      <div class="shared-text" role="status">
        <span data-testid="shared">{label}</span>
        <span class="muted small" data-testid="connection">
          {word}
        </span>
        {degraded && (
          <span class="warning small">
            <Icon name="failed" size={14} />
            {strings.notKept}
          </span>
        )}
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={strings.openTab}
        title={strings.openTab}
        // With an opener, so that the new tab copies this one's session storage and joins the same account.
        onClick={() => window.open(location.href, '_blank')}
      >
        <Icon name="newTab" size={18} />
      </button>
    </footer>
  );
}

const MAX_DRAWN = 4;
const SIZE = 36;
const MIDDLE = SIZE / 2;
const TAB_WIDTH = 9;
const TAB_HEIGHT = 6;

/** Tabs on the left, each with a line to the one socket on the right. */
function Drawing({ tabs }: { tabs: number }) {
  const drawn = Math.min(tabs, MAX_DRAWN);
  const step = TAB_HEIGHT + 2.5;
  const places = Array.from({ length: drawn }, (_, index) => MIDDLE + (index - (drawn - 1) / 2) * step);
  return (
    <svg class="drawing" viewBox={`0 0 ${SIZE} ${SIZE}`} width={SIZE} height={SIZE} aria-hidden="true">
      {places.map((y, index) => (
        <g key={index}>
          <rect x="1.5" y={y - TAB_HEIGHT / 2} width={TAB_WIDTH} height={TAB_HEIGHT} rx="1.5" />
          <path d={`M${TAB_WIDTH + 2} ${y}C20 ${y} 18 ${MIDDLE} 26 ${MIDDLE}`} />
        </g>
      ))}
      <circle cx="29.5" cy={MIDDLE} r="4" />
    </svg>
  );
}
