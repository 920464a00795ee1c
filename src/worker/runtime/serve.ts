/**
 * Puts the runtime behind ports. It exposes itself to a port before anything is awaited, since a call to what is not yet exposed would
 * hang for ever; whatever has to be waited for is waited for inside the calls. A port reaches its methods and nothing else of the worker.
 */
import { expose } from 'comlink';
import { CALLS, CODES, EVENTS, failure, laneOf, type WorkerApi } from '../../protocol/worker.js';
import type { Accept } from '../platform/listen.js';
import type { Platform } from '../platform/platform.js';
import type { SessionTab } from '../session/session.js';
import { Runtime } from './runtime.js';

/** @returns what to do with each port that a tab opens */
export function serve(platform: Platform): Accept {
  const runtime = new Runtime(platform);
  const lock = holdForLife(platform, `jmessage:worker:${runtime.instance}`);
  return (port, onClosed = () => undefined) => {
    let tab: SessionTab | undefined;
    const events = laneOf(port, EVENTS);
    const close = () => {
      port.close();
      onClosed();
    };
    const api: WorkerApi = {
      async hello(hello) {
        const [registered, welcome] = await runtime.hello(hello, { ...events, close }, await lock);
        tab = registered;
        return welcome;
      },
      async call(call) {
        if (!tab) return { kind: 'failure', error: failure(CODES.hostUnavailable) };
        return runtime.call(tab, call);
      },
      wake: () => tab && runtime.wake(tab),
      provideAuth: (payload) => tab && runtime.provideAuth(tab, payload),
      abort: (callId) => tab && runtime.abort(tab, callId),
      confirm: (upTo) => tab && runtime.confirm(tab, upTo),
      view: (visible) => tab && runtime.view(tab, visible),
      watchOutbox: () => tab && runtime.watchOutbox(tab),
      ping: async () => true,
      bye(upTo) {
        if (tab) runtime.confirm(tab, upTo);
        if (tab) runtime.drop(tab);
        close();
      },
    };
    const calls = laneOf(port, CALLS);
    expose(api, {
      ...calls,
      // Ahead of Comlink, which follows any path and sets any property, that of a prototype which all tabs share among them.
      addEventListener: (type, fn) =>
        calls.addEventListener(type, (event: MessageEvent) => {
          if (isCall(api, event.data)) (fn as EventListener)(event);
        }),
    });
  };
}

/** A call of one of the methods, with plain arguments: all that a tab ever posts. */
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

/** A lock that is free again only when this worker has died: that is how tabs notice. */
function holdForLife({ locks }: Platform, name: string): Promise<string | null> {
  if (!locks) return Promise.resolve(null);
  return new Promise<string>((resolve, reject) => {
    locks
      .request(name, () => {
        resolve(name);
        return new Promise<never>(() => undefined);
      })
      .catch(reject);
  }).catch(() => null);
}
