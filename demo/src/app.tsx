/** The page: it chooses the screen, and has the parts that all screens share. */
import { useEffect } from 'preact/hooks';
import type { Chat } from './chats.js';
import { Announcer } from './components/announcer.js';
import { Conversation } from './components/conversation.js';
import { EndedDialog } from './components/ended-dialog.js';
import { NoConversation } from './components/no-conversation.js';
import { OutageStrip } from './components/outage-strip.js';
import { Sidebar } from './components/sidebar.js';
import { Starting } from './components/starting.js';
import { Toast } from './components/toast.js';
import { UpdateStrip } from './components/update-strip.js';
import { Welcome } from './components/welcome.js';
import { followInvitations } from './friends.js';
import { followAddress } from './navigation.js';
import { startReceiving } from './receiving.js';
import { start } from './session.js';
import { useStore } from './store.js';
import { useStrings } from './strings.js';
import { followVersions } from './updates.js';

startReceiving();
followInvitations();
followAddress();
followVersions();
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
      <div class="chats" data-open={open !== null}>
        <Sidebar />
        {open === null ? <NoConversation /> : <Conversation key={open} id={open} />}
      </div>
      <EndedDialog />
      <Toast />
      <Announcer />
    </>
  );
}

/** Unread messages show in the tab's title. */
function useTitle(): void {
  const { appName } = useStrings();
  const unread = useStore(({ chats }) =>
    Object.values<Chat>(chats).reduce((sum, chat) => sum + chat.unread, 0),
  );
  useEffect(() => {
    document.title = unread === 0 ? appName : `(${unread}) ${appName}`;
  }, [appName, unread]);
}
