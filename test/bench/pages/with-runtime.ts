/** The runtime in a page, as an application has it: the published script, and a listener. */
import type { ReceivedMessage, JMessage as Runtime } from '../../../src/index.js';
import type { BareOrder } from './bare-ports.js';
import {
  Arrivals,
  type BenchPage,
  burstOf,
  keepBusy,
  latenciesOf,
  loafing,
  longestTask,
} from './bench-page.js';

declare const JMessage: new (options: { address: string }) => Runtime;

let jim: Runtime;
const arrivals = new Arrivals();
let latest: ReceivedMessage | undefined;

const send = async (target: string, text: string): Promise<void> => {
  await jim.sendSingleMsg({ target_username: target, content: text });
};

const page: BenchPage = {
  async login(url, auth, user) {
    const started = performance.now();
    jim = new JMessage({ address: url });
    jim.onSyncConversation((conversations) => {
      for (const { msgs } of conversations) for (const _ of msgs) arrivals.note();
    });
    await jim.init(auth);
    await jim.login({ username: user.username, password: user.password });
    const took = performance.now() - started;
    jim.onMsgReceive((message) => {
      latest = message;
      arrivals.note();
    });
    while (jim.getState().state !== 'ready') await new Promise((resolve) => setTimeout(resolve, 5));
    return took;
  },
  sendInTurn: (targets, count) => latenciesOf(targets, count, send),
  burst: (targets, count) => burstOf(targets, count, send),
  listen: (count) => arrivals.expect(count),
  get arrived() {
    return arrivals.all;
  },
  get batches() {
    return arrivals.batches;
  },
  keepBusy,
  longestTask,
  loafing,
};
window.bench = page;

/** A person types slower, and sends that wait for nothing would measure each other. */
const PAUSE_MS = 20;

/** From the login on, sends one message after the other, until the expected messages are there. @returns ms of each send */
async function sendsUntilArrived(target: string): Promise<number[]> {
  let isThere = false;
  void arrivals.all.then(() => {
    isThere = true;
  });
  const latencies: number[] = [];
  while (!isThere) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (!jim?.getState().connected) continue;
    const started = performance.now();
    await send(target, 'sent during a sync');
    latencies.push(performance.now() - started);
  }
  return latencies;
}

/** The latest message as the worker posted it: the tab adds `messages`. */
function latestMessage(): BareOrder['sample'] {
  if (!latest) throw new Error('no message has come');
  const { messages: _, ...posted } = latest;
  return posted;
}

Object.assign(window, { latestMessage, sendsUntilArrived });

export type LatestMessage = typeof latestMessage;
export type SendsUntilArrived = typeof sendsUntilArrived;
