/** The panel for developers: `JIM.inspect()`, once a second while it is open. It shows no message and no secret. */
import { useEffect, useState } from 'preact/hooks';
import { sizeText } from '../files.js';
import { clock } from '../format.js';
import { showInspector } from '../inspecting.js';
import { JIM } from '../jim.js';
import type { AccountInspection, Inspection, TabInspection } from '../jmessage.js';
import { useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';

const PERIOD_MS = 1_000;
const LOG_LINES = 40;

export function Inspector() {
  const isOpen = useStore((state) => state.inspector);
  return isOpen ? <Panel /> : null;
}

function Panel() {
  const strings = useStrings();
  const language = useStore((state) => state.language);
  const [inspection, setInspection] = useState<Inspection | null>(null);
  useEffect(() => {
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const next = await JIM.inspect().catch(() => null);
      if (!isWanted) return;
      setInspection(next);
      timer = setTimeout(look, PERIOD_MS);
    };
    void look();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, []);
  const worker = inspection?.worker;
  return (
    <aside class="inspector" aria-label={strings.inspector}>
      <header>
        <strong>{strings.inspector}</strong>
        <span class="muted small">
          {inspection === null
            ? '…'
            : `${inspection.host} · ${inspection.build} · ${worker ? clock(worker.startedAt, language) : strings.noWorker}`}
        </span>
        <button type="button" onClick={() => JIM.restart()}>
          {strings.restartWorker}
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={strings.closeInspector}
          onClick={() => showInspector(false)}
        >
          <Icon name="close" size={16} />
        </button>
      </header>
      {worker && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="inspector-body" tabIndex={0} aria-label={strings.inspectorContent}>
          <table>
            <caption>{strings.accounts}</caption>
            <tbody>
              {worker.accounts.map((account) => (
                <AccountRow key={`${account.address} ${account.state.username}`} account={account} />
              ))}
            </tbody>
          </table>
          <table>
            <caption>{strings.tabs}</caption>
            <tbody>
              {worker.tabs.map((tab) => (
                <TabRow key={tab.id} tab={tab} isThis={tab.id === inspection.tabId} />
              ))}
            </tbody>
          </table>
          <pre>{worker.log.slice(-LOG_LINES).join('\n')}</pre>
        </section>
      )}
    </aside>
  );
}

function AccountRow({ account }: { account: AccountInspection }) {
  const { state, engine, openRequests, unsent, cacheBytes, degraded } = account;
  const requests = openRequests.map(({ event, failedTries, acked }) => {
    const tries = failedTries > 0 ? ` ×${failedTries}` : '';
    return `${event}${tries}${acked ? ' ✓' : ''}`;
  });
  return (
    <tr>
      <th scope="row">{state.username ?? '–'}</th>
      <td>{state.state}</td>
      <td>Engine.IO {engine}</td>
      <td>{sizeText(cacheBytes)}</td>
      <td>outbox {unsent}</td>
      <td>{degraded ?? requests.join(', ')}</td>
    </tr>
  );
}

function TabRow({
  tab: { id, username, visible, frozen, active },
  isThis,
}: {
  tab: TabInspection;
  isThis: boolean;
}) {
  const flags = [visible && 'visible', frozen && 'frozen', active && 'active', isThis && 'this tab'];
  return (
    <tr>
      <th scope="row">{id}</th>
      <td>{username ?? '–'}</td>
      <td>{flags.filter(Boolean).join(', ')}</td>
    </tr>
  );
}
