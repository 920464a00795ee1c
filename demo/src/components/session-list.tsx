/** The sessions of the account, with a button to end each of the others. */
import { useEffect, useState } from 'preact/hooks';
import { shortTime } from '../format.js';
import { useAction } from '../hooks.js';
import type { UserSession } from '../jmessage.js';
import { deviceOf, endSession, loadSessions } from '../sessions.js';
import { useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Problem } from './problem.js';

export function SessionList() {
  const strings = useStrings();
  const { error, run } = useAction();
  const [sessions, setSessions] = useState<readonly UserSession[]>([]);
  const load = async (): Promise<void> => setSessions(await loadSessions());
  useEffect(() => void run(load), []);
  return (
    <section class="sessions">
      <h3>{strings.sessions}</h3>
      <ul>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} onEnded={load} />
        ))}
      </ul>
      <Problem text={error} />
    </section>
  );
}

function SessionRow({ session, onEnded }: { session: UserSession; onEnded: () => Promise<void> }) {
  const strings = useStrings();
  const language = useStore((state) => state.language);
  const { busy, error, run } = useAction();
  const { is_current, is_online, active_time, address, id } = session;
  const when = is_online ? strings.sessionOnline : shortTime(active_time, Date.now(), language);
  return (
    <li>
      <div>
        <strong>{deviceOf(session)}</strong>
        <small>
          {is_current ? strings.sessionHere : when} · {String(address)}
        </small>
        <Problem text={error} />
      </div>
      {!is_current && (
        <button
          type="button"
          class="link"
          disabled={busy}
          aria-label={strings.endSession(deviceOf(session))}
          onClick={() => void run(() => endSession(id).then(onEnded))}
        >
          {strings.logOut}
        </button>
      )}
    </li>
  );
}
