/** Shows a lost connection and the next retry, until the session is ready again. */
import { useState } from 'preact/hooks';
import { useNow } from '../hooks.js';
import { JIM } from '../jim.js';
import { renewSignature } from '../session.js';
import { useStore } from '../store.js';
import { explain, useStrings } from '../strings.js';
import { Icon } from './icon.js';

const SECOND_MS = 1_000;

export function OutageStrip() {
  const outage = useStore((state) => state.outage);
  return outage ? <Strip /> : null;
}

function Strip() {
  const strings = useStrings();
  const { state, retryAt, needsAuth } = useStore(({ connection }) => connection);
  const now = useNow(SECOND_MS);
  const [error, setError] = useState('');
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / SECOND_MS);
  const isCounting = state === 'waiting' && seconds > 0;

  if (needsAuth === true) {
    const renew = () => {
      setError('');
      renewSignature().catch((reason: unknown) => setError(explain(reason, strings)));
    };
    return (
      <div class="strip" role="alert">
        <Icon name="offline" size={18} />
        <span>{error || strings.needsSignature}</span>
        <button type="button" onClick={renew}>
          {strings.renew}
        </button>
      </div>
    );
  }
  return (
    <section class="strip" aria-label={strings.connection}>
      <Icon name="offline" size={18} />
      {/* Not a live region, which would be read out each second. The sidebar's status announces it once. */}
      <span data-testid="outage">{isCounting ? strings.retryingIn(seconds) : strings.retryingNow}</span>
      <span class="muted strip-note">{strings.keepsWriting}</span>
      <button type="button" onClick={() => JIM.connectNow()}>
        {strings.connectNow}
      </button>
    </section>
  );
}
