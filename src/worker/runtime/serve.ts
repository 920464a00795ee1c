/**
 * Serves the runtime on ports. The API is exposed on a port before anything is awaited, since a call to an object that is not exposed would
 * never be answered. A port reaches the API's methods and nothing else of the worker.
 */
import { expose } from 'comlink';
import {
  type Confirmation,
  lanesOf,
  lifeLockOf,
  NO_HELLO,
  PROTOCOL,
  type WorkerApi,
} from '../../protocol/worker.js';
import type { Accept } from '../platform/listen.js';
import type { Platform } from '../platform/platform.js';
import type { SessionTab } from '../session/session.js';
import { gatheredPosts } from '../tabs/gathered-posts.js';
import { Runtime } from './runtime.js';

/** @returns accepts a port that a tab opens */
export function serve(platform: Platform, runtime = new Runtime(platform)): Accept {
  const lock = holdForLife(platform, lifeLockOf(runtime.instance, platform.address()));
  return (port, onClosed = () => undefined) => {
    let tab: SessionTab | undefined;
    const posts = gatheredPosts(port, platform.address() && platform.clock);
    const [calls, events] = lanesOf(port, posts.post);
    const close = () => {
      posts.close();
      onClosed();
    };
    const confirm = (upTo: unknown) => {
      if (typeof upTo === 'number') tab?.session?.tabs.deliveries.confirm(tab.id, upTo);
    };
    events.addEventListener('message', ({ data }: MessageEvent<Confirmation>) => confirm(data));
    const api: WorkerApi = {
      async hello(hello) {
        const [registered, welcome] = await runtime.hello(hello, { ...events, close }, await lock);
        tab = registered;
        return welcome;
      },
      async call(call) {
        if (!tab) throw new Error(NO_HELLO);
        return runtime.call(tab, call);
      },
      wake: () => tab?.session?.wake(),
      provideAuth: (payload) => tab && runtime.provideAuth(tab, payload),
      abort: (callId) => tab?.session?.calls.abort(callId),
      view: (view) => tab && runtime.view(tab, view),
      inspect: async () => (tab ? runtime.inspect() : null),
      watchOutbox() {
        if (tab) tab.watchesOutbox = true;
      },
      ping: async () => ({ protocol: PROTOCOL, instance: runtime.instance, at: platform.address() }),
      bye(upTo) {
        confirm(upTo);
        if (tab) runtime.drop(tab);
        close();
      },
    };
    expose(api, {
      ...calls,
      // It runs before Comlink, which follows any path and sets any property, such as that of a prototype that all tabs share.
      addEventListener: (type, fn) =>
        calls.addEventListener(type, (event: MessageEvent) => {
          if (isCall(api, event.data)) (fn as EventListener)(event);
        }),
    });
  };
}

/** Whether a message calls one of the methods with plain arguments. A tab posts nothing else. */
function isCall(api: WorkerApi, data: unknown): boolean {
  const { type, path, argumentList } = Object(data);
  return (
    type === 'APPLY' &&
    Array.isArray(path) &&
    path.length === 1 &&
    Object.hasOwn(api, path[0]) &&
    Array.isArray(argumentList) &&
    argumentList.every((argument) => argument?.type === 'RAW')
  );
}

/**
 * Holds a lock until the worker dies. A tab that waits for it learns of the death so. A tab that replaces the worker takes the lock, and may
 * be closed before it has another worker. Then the other tabs come back, and need the lock again.
 */
function holdForLife({ locks }: Platform, name: string): Promise<string | null> {
  if (!locks) return Promise.resolve(null);
  return new Promise((resolve) => {
    const hold = () => {
      let lost = () => resolve(null);
      locks
        .request(name, () => {
          lost = hold;
          resolve(name);
          return new Promise<never>(() => undefined);
        })
        .catch(() => lost());
    };
    hold();
  });
}
