/** The platform as browsers have it. With the entries and `listen.ts` the only place in the worker that touches globals. */
import SparkMD5 from 'spark-md5';
import { ifAllowed, webLocks } from '../../protocol/worker.js';
import { openStore } from '../store/open-store.js';
import type { Clock } from '../util/clock.js';
import { addressOfWorker } from './listen.js';
import { openSocket } from './open-socket.js';
import type { Platform } from './platform.js';
import { postForm } from './post-form.js';

const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};

/** @param address null in a page */
export function browserPlatform(
  address: Platform['address'] = addressOfWorker,
  clock: Clock = systemClock,
): Platform {
  // In a page that has no worker the browser may have none of these either.
  const channel = ifAllowed(() => new BroadcastChannel('jmessage'));
  return {
    clock,
    random: () => Math.random(),
    uuid: () => globalThis.crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
    md5: (text) => SparkMD5.hash(text),
    locks: webLocks(),
    broadcast: {
      post: (message) => channel?.postMessage(message),
      onMessage: (fn) => channel?.addEventListener('message', ({ data }) => fn(data)),
    },
    address,
    openSocket,
    postForm,
    openStore: (account, onDegraded) =>
      openStore(account, clock, onDegraded, () => globalThis.navigator.storage.estimate()),
  };
}
