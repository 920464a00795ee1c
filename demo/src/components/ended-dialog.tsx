/** Shows why the session has ended, and offers a new login. */
import { useState } from 'preact/hooks';
import demo from '../../accounts.json';
import { useAction } from '../hooks.js';
import { APPKEY, JIM } from '../jim.js';
import { giveUp, logIn } from '../session.js';
import { useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Modal } from './modal.js';
import { Problem } from './problem.js';

/** The page stores no password. The passwords of the demo's accounts are public. */
const knownPassword = (username: string): string | undefined =>
  APPKEY === demo.appkey
    ? demo.accounts.find((account) => account.username === username)?.password
    : undefined;

export function EndedDialog() {
  const strings = useStrings();
  const { state, reason } = useStore(({ connection }) => connection);
  if (state !== 'ended' || reason === undefined || reason === 'logged_out') return null;
  // Without workers each tab has a runtime of its own, and the account belongs to the latest one.
  const isTaken = reason === 'superseded' && JIM.host === 'page';
  const [title, text] = strings.ended[isTaken ? 'otherTab' : reason];
  // Only a reload helps against an old or missing worker.
  const needsReload = reason === 'superseded' || reason === 'host_lost';
  return (
    <Modal title={title}>
      <p class="muted">{text}</p>
      {needsReload ? (
        <div class="actions">
          <button type="button" class="primary" autofocus onClick={() => location.reload()}>
            {isTaken ? strings.useHere : strings.reload}
          </button>
        </div>
      ) : (
        <LogInAgain />
      )}
    </Modal>
  );
}

function LogInAgain() {
  const strings = useStrings();
  const username = useStore((state) => state.username) ?? '';
  const known = knownPassword(username);
  const [password, setPassword] = useState('');
  const { busy, error, run } = useAction();

  return (
    <form
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => logIn(username, known ?? password));
      }}
    >
      {/* Tells password managers the account. */}
      <input
        class="visually-hidden"
        aria-label={strings.username}
        tabIndex={-1}
        autocomplete="username"
        readOnly
        value={username}
      />
      {known === undefined && (
        <label>
          {strings.password}
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
      )}
      <Problem text={error} />
      <div class="actions">
        <button type="button" onClick={giveUp}>
          {strings.logOut}
        </button>
        <button type="submit" class="primary" disabled={busy} autofocus={known !== undefined}>
          {busy ? strings.signingIn : strings.logInHere}
        </button>
      </div>
    </form>
  );
}
