// @vitest-environment jsdom
/** React's ways to render: in pieces, deferred, twice (StrictMode), on a server and then in a page. The hooks show one state in each. */
import {
  createElement,
  type FunctionComponent,
  type ReactNode,
  StrictMode,
  Suspense,
  startTransition,
  use,
  useDeferredValue,
  useLayoutEffect,
  useMemo,
  useState,
  useTransition,
} from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ReceivedMessage } from '../../../src/index.js';
import {
  ChatProvider,
  useConnection,
  useConversations,
  useInvitations,
  useMessages,
  useOutbox,
  useUnread,
} from '../../../src/react/index.js';
import type { ChatStore, ConversationRef } from '../../../src/store/index.js';
import { BOB, type FakeClient, messageOf, open, SELF, settled } from './fake-client.js';
import { subscriptionsOf } from './subscriptions.js';

/** React yields to other tasks after a component that takes longer than its slice of 5 ms. */
const LONGER_THAN_A_SLICE_MS = 6;
const ROWS = 8;
const MIDDLE = 4;
const CAROL = { username: 'carol', appkey: 'app' };

let container: HTMLElement;
let root: Root;
/** React reports mismatches and broken rules as console errors. */
let errors: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  errors = vi.spyOn(console, 'error');
  container = document.createElement('div');
  document.body.append(container);
  root = createRoot(container);
});
afterEach(() => {
  root.unmount();
  container.remove();
  expect(errors.mock.calls).toEqual([]);
  errors.mockRestore();
});

function receive(fake: FakeClient, msg_id: number, from = BOB): void {
  fake.unread += 1;
  const message = messageOf(msg_id, from.username, SELF.username);
  fake.emit('onMsgReceive', { ...message, messages: [message] } as ReceivedMessage);
  fake.emit('onUnreadChange', { ...from, unread_msg_count: fake.unread } as never);
}

const within = (store: ChatStore | null, ...children: ReactNode[]) =>
  createElement(ChatProvider, { store }, ...children);

const textsOf = (selector: string): string[] =>
  [...container.querySelectorAll(selector)].map((element) => element.textContent ?? '');

/** Slow rows on a busy machine outlast the usual second. */
const soon = (assertion: () => void) => vi.waitFor(assertion, { timeout: 5_000 });

/** @param text of each element that the selector finds */
const shows = (selector: string, text: string) =>
  soon(() => expect([...new Set(textsOf(selector))]).toEqual([text]));

function busy(): void {
  const end = performance.now() + LONGER_THAN_A_SLICE_MS;
  while (performance.now() < end);
}

/** Rows that React draws in several pieces, with the texts that stood in them at each commit. */
class SlowRows {
  readonly commits: string[][] = [];
  readonly drawn: number[] = [];
  #task: (() => void) | undefined;

  /** Runs the task between two rows of the next render. */
  interrupt(task: () => void): void {
    this.#task = task;
  }

  get isInterrupted(): boolean {
    return this.#task === undefined;
  }

  /** @param useText a hook that gives a row its text */
  list(useText: () => string): ReactNode {
    const indexes = Array.from({ length: ROWS }, (_, index) => index);
    return createElement(
      'ul',
      {},
      indexes.map((index) => createElement(this.#row, { key: index, index, useText })),
    );
  }

  readonly #row: FunctionComponent<{ index: number; useText: () => string }> = ({ index, useText }) => {
    const text = useText();
    busy();
    this.drawn.push(index);
    if (index === MIDDLE && this.#task) {
      // React has planned its next row already or plans it after this.
      setImmediate(this.#task);
      this.#task = undefined;
    }
    useLayoutEffect(() => {
      this.commits.push([...new Set(textsOf('li'))]);
    });
    return createElement('li', {}, text);
  };
}

/** Three values that count the same messages. */
const useCounts = (): string => {
  const { messages } = useMessages(BOB);
  const [item] = useConversations();
  return [messages.length, item?.last?.msg_id, item?.unread_msg_count, useUnread()].join(' ');
};

test('rows that are mounted in pieces show one state, although a message arrives between them', async () => {
  const { fake, store } = open();
  receive(fake, 1);
  const rows = new SlowRows();
  rows.interrupt(() => receive(fake, 2));
  startTransition(() => root.render(within(store, rows.list(useCounts))));
  await shows('li', '2 2 2 2');
  expect(rows.commits.filter((texts) => texts.length !== 1)).toEqual([]);
  // A part of the rows was drawn with the old state first.
  expect(rows.drawn.length).toBeGreaterThan(ROWS);
});

test('rows that are drawn again in pieces show one state, although messages arrive between them', async () => {
  const { fake, store } = open();
  receive(fake, 1);
  const rows = new SlowRows();
  root.render(within(store, rows.list(useCounts)));
  await shows('li', '1 1 1 1');
  for (const msg_id of [2, 3]) {
    rows.interrupt(() => receive(fake, msg_id));
    startTransition(() => root.render(within(store, rows.list(useCounts))));
    await shows('li', Array(4).fill(msg_id).join(' '));
  }
  expect(rows.commits.filter((texts) => texts.length !== 1)).toEqual([]);
});

test('a deferred list shows one earlier state, while the rest of the page shows the present one', async () => {
  const { fake, store } = open();
  receive(fake, 1);
  const rows = new SlowRows();
  const pages: string[] = [];
  const Page: FunctionComponent = () => {
    const { messages } = useMessages(BOB);
    const count = useDeferredValue(messages).length;
    const list = useMemo(() => rows.list(() => String(count)), [count]);
    useLayoutEffect(() => {
      pages.push([...textsOf('output'), ...new Set(textsOf('li'))].join());
    });
    return createElement('main', {}, createElement('output', {}, messages.length), list);
  };
  root.render(within(store, createElement(Page)));
  await shows('li', '1');
  rows.interrupt(() => receive(fake, 3));
  receive(fake, 2);
  await shows('li', '3');
  expect([...new Set(pages)]).toEqual(['1,1', '2,1', '3,1', '3,3']);
});

test('a transition to another conversation keeps the first one live until the other one is drawn whole', async () => {
  const { fake, store } = open();
  receive(fake, 1);
  receive(fake, 2, CAROL);
  const rows = new SlowRows();
  const pages: string[] = [];
  let choose: (ref: ConversationRef) => void = () => undefined;
  const Page: FunctionComponent = () => {
    const [ref, setRef] = useState(BOB);
    const [isPending, start] = useTransition();
    choose = (next) => start(() => setRef(next as typeof BOB));
    const { messages } = useMessages(ref, { isOpen: true });
    const text = messages.map(({ msg_id, from_username }) => `${from_username} ${msg_id}`).join();
    const list = useMemo(() => rows.list(() => text), [text]);
    useLayoutEffect(() => {
      pages.push([isPending ? 'pending' : 'whole', ...new Set(textsOf('li'))].join(': '));
    });
    return list;
  };
  root.render(within(store, createElement(Page)));
  await shows('li', 'bob 1');
  rows.interrupt(() => {
    receive(fake, 3);
    receive(fake, 4, CAROL);
  });
  choose(CAROL);
  await shows('li', 'carol 2,carol 4');
  expect([...new Set(pages)]).toEqual([
    'whole: bob 1',
    'pending: bob 1',
    'pending: bob 1,bob 3',
    'whole: carol 2,carol 4',
  ]);
  await soon(() =>
    expect(fake.calls.filter(([method]) => /Count|close/.test(method))).toEqual([
      ['resetUnreadCount', BOB],
      ['closeConversation', BOB],
      ['resetUnreadCount', CAROL],
    ]),
  );
});

/** Every hook that reads the store. */
const All: FunctionComponent = () => {
  const { messages } = useMessages(BOB, { isOpen: true });
  const parts = [useConnection().state, messages.length, useConversations().length, useUnread()];
  return [...parts, useOutbox().entries.length, useInvitations().length].join(' ');
};

test('StrictMode loads one page, leaves the conversation read, and leaves no subscription behind', async () => {
  const { fake, store } = open();
  fake.history = { bob: [messageOf(1, 'bob', 'alice'), messageOf(2, 'bob', 'alice')] };
  const subscriptions = subscriptionsOf(store, BOB);
  root.render(createElement(StrictMode, {}, within(store, createElement('p', {}, createElement(All)))));
  await shows('p', 'ready 2 0 0 0 0');
  const called = (method: string) => fake.calls.filter(([name]) => name === method).length;
  expect(called('getHistory')).toBe(1);
  expect(called('resetUnreadCount') - called('closeConversation')).toBe(1);
  expect(subscriptions()).toBeGreaterThan(5);
  root.render(null);
  await soon(() => expect(subscriptions()).toBe(0));
  expect(called('resetUnreadCount')).toBe(called('closeConversation'));
});

test('a render that React abandons leaves no subscription, and reads no conversation', async () => {
  const { fake, store } = open();
  const subscriptions = subscriptionsOf(store, BOB);
  const Waiting: FunctionComponent = () => use(new Promise<never>(() => undefined));
  root.render(
    createElement(
      Suspense,
      { fallback: createElement('i', {}, 'waiting') },
      within(store, createElement(All), createElement(Waiting)),
    ),
  );
  await shows('i', 'waiting');
  receive(fake, 1);
  await settled();
  expect(subscriptions()).toBe(0);
  expect(fake.calls.filter(([method]) => method !== 'getConversation')).toEqual([]);
});

test('a page that a server rendered takes over without a mismatch, and then shows the present state', async () => {
  const { fake, store } = open();
  receive(fake, 1);
  const page = (of: ChatStore | null) => within(of, createElement('p', {}, createElement(All)));
  const served = document.createElement('main');
  container.replaceChildren(served);
  served.innerHTML = renderToString(page(store));
  expect(textsOf('p')).toEqual(['idle 0 0 0 0 0']);
  const [element] = served.children;
  root = hydrateRoot(served, page(store));
  await shows('p', 'ready 1 1 1 0 0');
  expect(served.children[0]).toBe(element);
  receive(fake, 2);
  await shows('p', 'ready 2 1 2 0 0');
});
