/** Subscriptions of the composables: those of a scope or component end with it, and a server has none. */
import { expect, test } from 'vitest';
import { createApp, createSSRApp, effectScope, h, nextTick, ref } from 'vue';
import { renderToString } from 'vue/server-renderer';
import type { ChatStore } from '../../../src/store/index.js';
import {
  chat,
  useConnection,
  useConversations,
  useInvitations,
  useMessages,
  useOutbox,
  useUnread,
} from '../../../src/vue/index.js';
import { BOB, open, settled } from './fake-client.js';
import { subscriptionsOf } from './subscriptions.js';

const CAROL = { username: 'carol', appkey: 'app' };

function useAll(target: () => typeof BOB = () => BOB) {
  useConversations();
  useUnread();
  useUnread(BOB);
  useOutbox();
  useInvitations();
  useMessages(target, { isOpen: true });
  return useConnection();
}

function appOn(store: ChatStore) {
  const app = createApp({});
  app.use(chat, store);
  return app;
}

test('scopes that end leave no subscription, whatever conversation they had chosen', async () => {
  const { store } = open();
  const subscriptions = subscriptionsOf(store, BOB, CAROL);
  const target = ref(BOB);
  const [first, second] = [effectScope(), effectScope()];
  for (const scope of [first, second])
    appOn(store).runWithContext(() => scope.run(() => useAll(() => target.value)));
  const both = subscriptions();
  expect(both).toBeGreaterThan(10);
  target.value = CAROL;
  await nextTick();
  expect(subscriptions()).toBe(both);
  first.stop();
  expect(subscriptions()).toBe(both / 2);
  second.stop();
  expect(subscriptions()).toBe(0);
});

test('a server that renders with a store of its own subscribes to nothing after the answer', async () => {
  const { store } = open();
  const subscriptions = subscriptionsOf(store, BOB);
  const Chat = () => {
    const connection = useAll();
    return () => h('p', connection.value.state);
  };
  for (const _request of [1, 2]) {
    const app = createSSRApp({ setup: Chat });
    app.use(chat, store);
    expect(await renderToString(app)).toBe('<p>ready</p>');
  }
  await settled();
  expect(subscriptions()).toBe(0);
});
