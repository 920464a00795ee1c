/** The bindings on a server: each hook and composable has its empty value. */
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import {
  ChatProvider,
  useConnection,
  useConversations,
  useMessages,
  useUnread,
} from '../../../src/react/index.js';
import * as vue from '../../../src/vue/index.js';

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
