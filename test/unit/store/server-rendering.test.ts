// @vitest-environment jsdom
/** The bindings on a server: each hook and composable has its empty value. */
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { createSSRApp, h, nextTick } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import {
  ChatProvider,
  useConnection,
  useConversations,
  useMessages,
  useUnread,
} from '../../../src/react/index.js';
import type { ChatStore } from '../../../src/store/index.js';
import * as vue from '../../../src/vue/index.js';
import { messageOf, open } from './fake-client.js';
import { subscriptionsOf } from './subscriptions.js';

const BOB = { username: 'bob' };

test('React renders an empty conversation', () => {
  const Chat = () => {
    const { state } = useConnection();
    const { messages } = useMessages(BOB, { isOpen: true });
    return `${state}, ${messages.length} messages, ${useConversations().length} conversations, ${useUnread()} unread`;
  };
  const page = createElement(ChatProvider, { store: null }, createElement(Chat));
  expect(renderToString(page)).toBe('idle, 0 messages, 0 conversations, 0 unread');
});

test('Vue renders an empty conversation', async () => {
  const { useConnection: connectionOf, useMessages: messagesOf } = vue;
  const Chat = () => {
    const connection = connectionOf();
    const { messages } = messagesOf(BOB);
    return () => h('p', `${connection.value.state}, ${messages.value.length} messages`);
  };
  const app = createSSRApp({ setup: Chat });
  app.use(vue.chat, null);
  expect(await renderVue(app)).toBe('<p>idle, 0 messages</p>');
});

test('Vue takes a page over as the server rendered it, and then shows the present state', async () => {
  const { fake, store } = open();
  const Chat = () => {
    const connection = vue.useConnection();
    const unread = vue.useUnread();
    const { messages } = vue.useMessages(BOB, { isOpen: true });
    return () =>
      h('p', `${connection.value.state}, ${messages.value.length} messages, ${unread.value} unread`);
  };
  const appOn = (of: ChatStore | null) => createSSRApp({ setup: Chat }).use(vue.chat, of);
  const subscriptions = subscriptionsOf(store, BOB);
  fake.unread = 1;
  store.messages(BOB).add([messageOf(1, 'bob', 'alice')]);
  const warnings = vi.spyOn(console, 'warn');
  const page = document.createElement('main');
  page.innerHTML = await renderVue(appOn(null));
  const [element] = page.children;
  const app = appOn(store);
  app.mount(page);
  expect(page.innerHTML).toBe('<p>idle, 0 messages, 0 unread</p>');
  await nextTick();
  expect(page.innerHTML).toBe('<p>ready, 1 messages, 0 unread</p>');
  expect(page.children[0]).toBe(element);
  expect(warnings.mock.calls).toEqual([]);
  app.unmount();
  expect(subscriptions()).toBe(0);
});
