/** The page: it chooses the screen, and has the parts that all screens share. */
import { useEffect } from 'preact/hooks';
import { followAccounts, unreadElsewhere } from './accounts.js';
import { Announcer } from './components/announcer.js';
import { Conversation } from './components/conversation.js';
import { EndedDialog } from './components/ended-dialog.js';
import { Inspector } from './components/inspector.js';
import { NoConversation } from './components/no-conversation.js';
import { OutageStrip } from './components/outage-strip.js';
import { ShareDialog } from './components/share-dialog.js';
import { Sidebar } from './components/sidebar.js';
import { Starting } from './components/starting.js';
import { Toast } from './components/toast.js';
import { UpdateStrip } from './components/update-strip.js';
import { Welcome } from './components/welcome.js';
import { JIM } from './jim.js';
import { followAddress } from './navigation.js';
import { followAlerts, showBadge, unreadSum } from './notifying.js';
import { startReceiving } from './receiving.js';
import { start } from './session.js';
import { receiveSharedText } from './shared-text.js';
import { useStore } from './store.js';
import { useStrings } from './strings.js';
import { followVersions } from './updates.js';

startReceiving();
followAccounts();
followAddress();
followVersions();
receiveSharedText();
followAlerts();
void start();

export function App() {
  const phase = useStore((state) => state.phase);
  useTitle();
  return (
    <div class="page">
      <UpdateStrip />
      {phase === 'starting' && <Starting />}
      {phase === 'signedOut' && <Welcome />}
      {phase === 'signedIn' && <Chats />}
    </div>
  );
}

function Chats() {
  const open = useStore((state) => state.open);
  return (
    <>
      <OutageStrip />
      <main class="chats" data-open={open !== null}>
        <Sidebar />
        {open === null ? <NoConversation /> : <Conversation key={open} id={open} />}
      </main>
      <Inspector />
      <EndedDialog />
      <ShareDialog />
      <Toast />
      <Announcer />
    </>
  );
}

/** Unread messages show in the tab's title and on the icon of the installed page. */
function useTitle(): void {
  const { appName } = useStrings();
  const username = useStore((state) => state.username);
  const unread = useStore(({ chats, accounts }) => unreadSum(chats) + unreadElsewhere(accounts));
  useEffect(() => {
    document.title = unread === 0 ? appName : `(${unread}) ${appName}`;
  }, [appName, unread]);
  useEffect(() => {
    showBadge(unread);
    return JIM.addListener('onActiveChange', () => showBadge(unread));
  }, [unread, username]);
}
