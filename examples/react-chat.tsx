/** A conversation in React: messages with their states, earlier pages, retry, the unread count. @jsxImportSource react */
import JMessage, { type MessageContent } from 'jmessage-runtime';
import {
  ChatProvider,
  useConnection,
  useMessages,
  useOutbox,
  useSend,
  useUnread,
} from 'jmessage-runtime/react';
import { createChatStore } from 'jmessage-runtime/store';
import { type ComponentProps, type FormEvent, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const { to: username = '', address = '' } = Object.fromEntries(new URLSearchParams(location.search));
const to = { username };
const JIM = new JMessage({ address });
Object.assign(window, { JIM });

const textOf = (content: MessageContent) =>
  content.msg_type === 'text' ? content.msg_body.text : content.msg_type;

const Button = (props: ComponentProps<'button'>) => <button type="button" {...props} />;

function Chat() {
  const { state, username = 'nobody' } = useConnection();
  const { messages, hasMore, loadMore } = useMessages(to, { isOpen: true });
  const { retry } = useOutbox();
  const send = useSend(to);
  const [draft, setDraft] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(draft).catch(() => {});
    setDraft('');
  };
  return (
    <form onSubmit={submit}>
      <h1>{`${username}: ${state}, ${useUnread()} unread`}</h1>
      {hasMore && <Button onClick={() => loadMore()}>Earlier</Button>}
      <ol>
        {messages.map(({ id, from_username, content, status, isRetracted, outboxId, error }) => (
          <li key={id} data-status={status}>
            <b>{from_username}</b> {isRetracted ? 'took a message back' : textOf(content)}
            {error && outboxId && <Button onClick={() => retry(outboxId)}>{error.message}: try again</Button>}
          </li>
        ))}
      </ol>
      <input aria-label="Message" value={draft} onChange={(event) => setDraft(event.target.value)} />
    </form>
  );
}

createRoot(document.getElementById('app') ?? document.body).render(
  <StrictMode>
    <ChatProvider store={createChatStore(JIM)}>
      <Chat />
    </ChatProvider>
  </StrictMode>,
);
