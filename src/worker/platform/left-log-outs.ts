/** The log-outs of pages that were left before their runtime had read them. They run in a page, which alone has `localStorage`. */
import { dropLogOut, leftLogOuts } from '../../protocol/worker.js';
import type { Platform } from './platform.js';

/**
 * Deletes the resume tokens of the accounts, and the stored data if that was asked for.
 * @param only this account
 */
export async function finishLogOuts(
  { openStore }: Pick<Platform, 'openStore'>,
  only?: string,
): Promise<void> {
  for (const [account, wipe] of leftLogOuts()) {
    if (only !== undefined && account !== only) continue;
    const store = await openStore(account, () => undefined);
    await (wipe ? store.wipe() : store.putToken(null));
    store.close();
    dropLogOut(account);
  }
}
