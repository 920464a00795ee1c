/** The bindings on a store: their values follow it, and end with their scope. */
import { expect, test } from 'vitest';
import { createApp, effectScope, nextTick, reactive, ref } from 'vue';
import type { ReceivedMessage } from '../../../src/index.js';
import { createChatStore } from '../../../src/store/index.js';
import * as vue from '../../../src/vue/index.js';
import { FakeClient, messageOf, SELF, settled } from './fake-client.js';

function receive(fake: FakeClient, msg_id: number, from: string): void {
  const message = messageOf(msg_id, from, SELF.username);
  fake.emit('onMsgReceive', { ...message, messages: [message] } as ReceivedMessage);
}

test('Vue: each composable follows the store and its reference, and ends with its scope', async () => {
  const fake = new FakeClient();
  const app = createApp({});
  app.use(vue.chat, createChatStore(fake.client));
  const scope = effectScope();
  const username = ref('bob');
  const { useConnection, useConversations, useMessages, useUnread } = vue;
  const use = () => ({
    connection: useConnection(),
    conversations: useConversations(),
    unread: useUnread(),
    bobs: useUnread({ username: 'bob' }),
    ...useMessages(() => ({ username: username.value }), { isOpen: true }),
  });
  const values = app.runWithContext(() => scope.run(use));
  if (!values) throw new Error('the scope is not active');
  const seen = () => [
    values.connection.value.tabs,
    values.conversations.value.length,
    values.unread.value,
    values.bobs.value,
    values.messages.value.map(({ msg_id }) => msg_id),
  ];
  fake.unread = 1;
  receive(fake, 1, 'bob');
  receive(fake, 2, 'carol');
  await settled();
  expect(seen()).toEqual([1, 2, 2, 1, [1]]);
  username.value = 'carol';
  await nextTick();
  expect(seen()).toEqual([1, 2, 2, 1, [2]]);
  scope.stop();
  receive(fake, 3, 'carol');
  receive(fake, 4, 'dave');
  fake.setState({ tabs: 2 });
  await settled();
  expect(seen()).toEqual([1, 2, 2, 1, [2]]);
  const read = fake.calls.filter(([method]) => /resetUnreadCount|closeConversation/.test(method));
  expect(read).toEqual([
    ['resetUnreadCount', { username: 'bob' }],
    ['closeConversation', { username: 'bob' }],
    ['resetUnreadCount', { username: 'carol' }],
    ['closeConversation', { username: 'carol' }],
  ]);
});

test('Vue: a store in a ref or reactive object works, and is not wrapped', async () => {
  const fake = new FakeClient();
  const store = createChatStore(fake.client);
  const bob = store.messages({ username: 'bob' });
  const state = reactive({ store, deep: [bob] });
  expect([state.store, ref(store).value, state.deep[0]]).toEqual([store, store, bob]);
  await state.store.send({ username: 'bob' }, 'hello');
  receive(fake, 1, 'bob');
  expect(state.deep[0]?.getSnapshot().messages).toHaveLength(1);
  expect(reactive({ all: store.conversations }).all.getSnapshot()).toHaveLength(1);
});
