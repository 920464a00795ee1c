/** The sockets of a page with a runtime of its own: they close in the turn in which the page is left. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { closingWithPage } from '../../../../src/worker/platform/page-sockets.js';
import type { OpenSocket, SocketHandlers } from '../../../../src/worker/platform/socket.js';

let page: EventTarget;
let opened: SocketHandlers[];
let closed: number;
let open: OpenSocket;
beforeEach(() => {
  page = new EventTarget();
  opened = [];
  closed = 0;
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  open = closingWithPage((_address, _engine, handlers) => {
    opened.push(handlers);
    return {
      emit: () => undefined,
      close: async () => {
        closed += 1;
      },
    };
  });
});
afterEach(() => vi.unstubAllGlobals());

function connect() {
  const reasons: string[] = [];
  const socket = open('http://server', 4, {
    onOpen: () => undefined,
    onClose: (reason) => reasons.push(reason),
    onEvent: () => undefined,
  });
  return { socket, reasons };
}
const leave = () => page.dispatchEvent(new Event('pagehide'));
const turn = () => new Promise((resolve) => setTimeout(resolve));

test('all of them close as the page is left, and the runtime takes each for lost', () => {
  const both = [connect(), connect()];
  leave();
  expect(closed).toBe(2);
  expect(both.map(({ reasons }) => reasons)).toEqual([['the page was left'], ['the page was left']]);
  leave();
  expect(closed).toBe(2);
});

test('one that has closed before is left alone', async () => {
  const [own, lost] = [connect(), connect()];
  await own.socket.close();
  opened[1]?.onClose('transport close');
  leave();
  expect(closed).toBe(1);
  expect([own.reasons, lost.reasons]).toEqual([[], ['transport close']]);
});

test('a page that was left opens none until it returns', async () => {
  leave();
  const { reasons } = connect();
  await turn();
  expect(opened).toEqual([]);
  expect(reasons).toEqual(['the page was left']);
  page.dispatchEvent(new Event('pageshow'));
  connect();
  expect(opened).toHaveLength(1);
});
