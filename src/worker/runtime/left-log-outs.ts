/** The log-outs of pages that were left before their runtime had read them. They run in a page, which alone has `localStorage`. */
import { CODES, dropLogOuts, failure, leftLogOuts } from '../../protocol/worker.js';
import { ended, isTerminal } from '../outbox/record.js';
import type { Platform } from '../platform/platform.js';
import type { Store } from '../store/store.js';

/**
 * Deletes the resume tokens of the accounts, and the stored data if that was asked for. Sends that wait fail, as with any log-out.
 * @param only this account
 */
export async function finishLogOuts(
  { openStore }: Pick<Platform, 'openStore'>,
  only?: string,
): Promise<void> {
  for (const { address, account, params, callId } of leftLogOuts()) {
    const key = account && `${address}|${account.appkey}|${account.username}`;
    if (only !== undefined && key !== only) continue;
    if (key) {
      const store = await openStore(key, () => undefined);
      await (Object(params).wipe === true ? store.wipe() : logOut(store));
      store.close();
    }
    dropLogOuts((left) => left.callId === callId);
  }
}

async function logOut(store: Store): Promise<void> {
  const error = failure(CODES.sessionEnded);
  const waiting = (await store.outbox()).filter((record) => !isTerminal(record));
  await store.putOutbox(waiting.map((record) => ended(record, { is: 'failed', error })));
  await store.putToken(null);
}
