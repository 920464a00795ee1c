/** The card before login: log in, register, or choose a demo account. */
import { useState } from 'preact/hooks';
import demo from '../../accounts.json';
import { APPKEY } from '../jim.js';
import { rememberedAccounts } from '../remember.js';
import { continueAs, logIn, registerAndLogIn, showLast } from '../session.js';
import { getState, useStore } from '../store.js';
import { explain, useStrings } from '../strings.js';
import { Avatar } from './avatar.js';
import { Icon } from './icon.js';
import { Preferences } from './preferences.js';
import { Problem } from './problem.js';

type Busy = 'form' | 'demo' | null;

export function Welcome() {
  const strings = useStrings();
  const notice = useStore((state) => state.notice);
  const [isNew, setIsNew] = useState(false);
  const [username, setUsername] = useState(() => getState().username ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState<Busy>(null);
  const [error, setError] = useState('');
  const live = useStore((state) => state.accounts);
  const isLive = (name: string) => live.some((account) => account.username === name);
  const accounts = rememberedAccounts(APPKEY).filter((name) => !isLive(name));
  const demoAccounts = demo.accounts.filter((account) => !isLive(account.username));

  const attempt = async (which: Busy, enter: () => Promise<void>) => {
    if (busy !== null) return;
    setBusy(which);
    setError('');
    try {
      await enter();
    } catch (reason) {
      setError(explain(reason, strings));
      setBusy(null);
    }
  };

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const enter = isNew ? registerAndLogIn : logIn;
    void attempt('form', () => enter(username.trim(), password));
  };

  const busyLabel = isNew ? strings.registering : strings.signingIn;
  const label = isNew ? strings.register : strings.signIn;
  return (
    <main class="centred welcome">
      <div class="card">
        {live[0] && (
          <button type="button" class="link back" disabled={busy !== null} onClick={showLast}>
            <Icon name="back" size={18} />
            {strings.backTo(live[0].name)}
          </button>
        )}
        <header>
          <Logo />
          <h1>{strings.appName}</h1>
          <p class="muted">{strings.tagline}</p>
        </header>
        {notice !== '' && error === '' && (
          <p class="notice" role="status">
            {notice}
          </p>
        )}
        <form onSubmit={onSubmit} aria-busy={busy === 'form'}>
          <label>
            {strings.username}
            <input
              name="username"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              maxLength={128}
              required
              value={username}
              onInput={(event) => setUsername(event.currentTarget.value)}
            />
          </label>
          <label>
            {strings.password}
            <input
              name="password"
              type="password"
              autocomplete={isNew ? 'new-password' : 'current-password'}
              required
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          </label>
          <Problem text={error} />
          <button type="submit" class="primary" disabled={busy !== null}>
            {busy === 'form' ? busyLabel : label}
          </button>
        </form>
        <button
          type="button"
          class="link"
          onClick={() => {
            setIsNew(!isNew);
            setError('');
          }}
        >
          {isNew ? strings.toSignIn : strings.toRegister}
        </button>
        {accounts.length > 0 && (
          <section class="demo-accounts" aria-label={strings.yourAccounts}>
            <p class="divider">
              <span>{strings.yourAccounts}</span>
            </p>
            <div class="demo-buttons">
              {accounts.map((account) => (
                <button
                  type="button"
                  key={account}
                  disabled={busy !== null}
                  onClick={() => void attempt('demo', () => continueAs(account))}
                >
                  <Avatar seed={account} name={account} size={32} />
                  <span class="visually-hidden">{strings.returnTo(account)}</span>
                  <span aria-hidden="true">@{account}</span>
                </button>
              ))}
            </div>
          </section>
        )}
        {APPKEY === demo.appkey && demoAccounts.length > 0 && (
          <section class="demo-accounts" aria-label={strings.demoAccounts}>
            <p class="divider">
              <span>{strings.demoAccounts}</span>
            </p>
            <div class="demo-buttons">
              {demoAccounts.map((account) => (
                <button
                  type="button"
                  key={account.username}
                  disabled={busy !== null}
                  onClick={() => void attempt('demo', () => logIn(account.username, account.password))}
                >
                  <Avatar seed={account.username} name={account.nickname} size={32} />
                  <span class="visually-hidden">{strings.continueAs(account.nickname)}</span>
                  <span aria-hidden="true">{account.nickname}</span>
                </button>
              ))}
            </div>
            {live.length === 0 && <p class="muted small">{strings.secondAccount}</p>}
          </section>
        )}
      </div>
      <Preferences />
    </main>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="44" height="44" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M9 10.5h14v9h-8L11 23v-3.5H9z" />
    </svg>
  );
}
