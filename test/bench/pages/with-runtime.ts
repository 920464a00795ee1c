/** The runtime in a page, as an application has it: the published script, and a listener. */
import type { JMessage as Runtime } from '../../../src/index.js';
import { type BenchPage, keepBusy, latenciesOf, loafing, longestTask } from './bench-page.js';

declare const JMessage: new (options: { address: string }) => Runtime;

let jim: Runtime;
let left = 0;
let allArrived = () => {};

const send = async (target: string, text: string): Promise<void> => {
  await jim.sendSingleMsg({ target_username: target, content: text });
};

const page: BenchPage = {
  async login(url, auth, user) {
    const started = performance.now();
    jim = new JMessage({ address: url });
    await jim.init(auth);
    await jim.login({ username: user.username, password: user.password });
    const took = performance.now() - started;
    jim.onMsgReceive(() => {
      left -= 1;
      if (left === 0) allArrived();
    });
    while (jim.getState().state !== 'ready') await new Promise((resolve) => setTimeout(resolve, 5));
    return took;
  },
  sendInTurn: (targets, count) => latenciesOf(targets, count, send),
  async burst(targets, count) {
    const started = performance.now();
    const all = Array.from({ length: count }, (_, i) =>
      send(targets[i % targets.length] ?? '', `burst ${i}`),
    );
    await Promise.all(all);
    return performance.now() - started;
  },
  listen(count) {
    left = count;
    page.arrived = new Promise((resolve) => {
      allArrived = resolve;
    });
  },
  arrived: Promise.resolve(),
  keepBusy,
  longestTask,
  loafing,
};
window.bench = page;
