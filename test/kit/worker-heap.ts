/** The heap of a profile's SharedWorker. Playwright does not show shared workers, so the browser's own protocol is asked. */
import type { Browser, CDPSession } from 'playwright-core';
import type { Profile } from './browser.js';

/** @returns bytes of JavaScript objects that it cannot let go of */
export async function workerHeapOf(profile: Profile): Promise<number> {
  const browser: Browser | null = profile.context.browser();
  const [target] = await profile.sharedWorkers();
  if (!browser || !target) throw new Error('there is no shared worker');
  const session = await browser.newBrowserCDPSession();
  const { targetId } = target;
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
  let id = 0;
  const ask = async <T>(method: string): Promise<T> => {
    id += 1;
    const mine = id;
    const answered = answerTo<T>(session, sessionId, mine);
    await session.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id: mine, method }),
    });
    return answered;
  };
  await ask('HeapProfiler.collectGarbage');
  const { usedSize } = await ask<{ usedSize: number }>('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

function answerTo<T>(session: CDPSession, sessionId: string, id: number): Promise<T> {
  return new Promise((resolve) => {
    const listen = (event: { sessionId: string; message: string }) => {
      if (event.sessionId !== sessionId) return;
      const message = JSON.parse(event.message) as { id?: number; result: T };
      if (message.id !== id) return;
      session.off('Target.receivedMessageFromTarget', listen);
      resolve(message.result);
    };
    session.on('Target.receivedMessageFromTarget', listen);
  });
}
