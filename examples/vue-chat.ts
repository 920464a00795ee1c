/** A conversation in Vue: messages with their states, earlier pages, retry, the unread count, and the connection. */
import JMessage, { type MessageContent } from 'jmessage-runtime';
import { createChatStore } from 'jmessage-runtime/store';
import { chat, useConnection, useMessages, useOutbox, useSend, useUnread } from 'jmessage-runtime/vue';
import { createApp, h, ref } from 'vue';

const query = new URLSearchParams(location.search);
const to = { username: query.get('to') ?? '' };
const JIM = new JMessage({ address: query.get('address') ?? '' });
Object.assign(window, { JIM });

const textOf = (content: MessageContent) =>
  content.msg_type === 'text' ? content.msg_body.text : content.msg_type;

const setup = () => {
  const connection = useConnection();
  const unread = useUnread();
  const { messages, hasMore, loadMore } = useMessages(to, { isOpen: true });
  const { retry } = useOutbox();
  const send = useSend(to);
  const draft = ref('');
  const submit = (event: Event) => {
    event.preventDefault();
    // A failed message stays in the list, with its reason.
    send(draft.value).catch(() => {});
    draft.value = '';
  };
  const title = () => {
    const { state, username = 'nobody' } = connection.value;
    return h('h1', `${username}: ${state}, ${unread.value} unread`);
  };
  const earlier = () => h('button', { type: 'button', onClick: () => loadMore() }, 'Earlier messages');
  const list = () =>
    messages.value.map(({ id, from_username, content, status, isRetracted, outboxId, error }) =>
      h('li', { key: id, 'data-status': status }, [
        h('b', from_username),
        isRetracted ? ' took a message back' : ` ${textOf(content)}`,
        status === 'failed' && outboxId !== undefined
          ? h('button', { type: 'button', onClick: () => retry(outboxId) }, `${error?.message}: try again`)
          : null,
      ]),
    );
  const composer = () =>
    h('input', {
      'aria-label': 'Message',
      value: draft.value,
      onInput: ({ target }: Event) => {
        draft.value = (target as HTMLInputElement).value;
      },
    });
  return () =>
    h('form', { onSubmit: submit }, [title(), hasMore.value ? earlier() : null, h('ol', list()), composer()]);
};

createApp({ setup }).use(chat, createChatStore(JIM)).mount('#app');
