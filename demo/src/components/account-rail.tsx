/** The accounts that are live in this page, with their unread messages. A person who uses one account does not see it. */
import { addAccount, showAccount } from '../session.js';
import { type AccountView, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Avatar } from './avatar.js';
import { Badge } from './badge.js';
import { Icon } from './icon.js';

export function AccountRail() {
  const strings = useStrings();
  const accounts = useStore((state) => state.accounts);
  if (accounts.length < 2) return null;
  return (
    <nav class="accounts" aria-label={strings.accounts}>
      <ul>
        {accounts.map((account) => (
          <li key={account.username}>
            <AccountButton account={account} />
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="icon-button"
        aria-label={strings.addAccount}
        title={strings.addAccount}
        onClick={addAccount}
      >
        <Icon name="attach" />
      </button>
    </nav>
  );
}

function AccountButton({ account }: { account: AccountView }) {
  const strings = useStrings();
  const isShown = useStore((state) => state.username === account.username);
  const { username, name, avatar, unread, hasEnded } = account;
  const notice = hasEnded ? strings.accountEnded : unread > 0 ? strings.unread(unread) : '';
  return (
    <button
      type="button"
      class="account"
      data-account={username}
      aria-current={isShown ? 'true' : undefined}
      title={`${name} · @${username}`}
      onClick={() => showAccount(username)}
    >
      <span class="visually-hidden">{notice === '' ? name : strings.accountWith(name, notice)}</span>
      <Avatar seed={username} name={name} size={34} picture={avatar} />
      {hasEnded && <Icon name="failed" size={18} />}
      {!hasEnded && unread > 0 && (
        <span class="account-badge" aria-hidden="true">
          <Badge count={unread} />
        </span>
      )}
    </button>
  );
}
