/**
 * The runtime for a page without workers. Only such pages load this module, and those that start a worker in the rare case that log-outs of left pages wait.
 */
import { browserPlatform } from './platform/browser-platform.js';
import type { Accept } from './platform/listen.js';
import { closingWithPage } from './platform/page-sockets.js';
import { finishLogOuts } from './runtime/left-log-outs.js';
import { serve } from './runtime/serve.js';

const platform = browserPlatform(() => null);
let accept: Accept | undefined;

export function open(): MessagePort {
  accept ??= serve({
    ...platform,
    openSocket: closingWithPage(platform.openSocket),
    // Another page may have left with a log-out of the account since this one was loaded.
    openStore: async (account, onDegraded) => {
      await finishLogOuts(platform, account);
      return platform.openStore(account, onDegraded);
    },
  });
  const { port1, port2 } = new MessageChannel();
  accept(port2);
  return port1;
}

/** Ends what the log-outs of left pages had to end. */
export const finish = (): Promise<void> => finishLogOuts(platform);
