/**
 * One gateway for each database on a server, or nodes that know of each other. A single process holds a lock for its whole life, and nodes share it.
 * It lies on a connection of its own, so the server frees it when its holder dies.
 */
import { Client } from 'pg';

export interface ServerLock {
  close(): Promise<void>;
}

/** Of the advisory locks of this gateway, see `order.ts`. */
const LOCK = '19021, 20';
const TRY_AGAIN_MS = 1_000;
/** A holder that was killed has its connection for a moment longer. */
const WAIT_MS = 3_000;
/** A holder whose machine is gone: the server notices it after about 25 s. */
const KEEPALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

const IN_USE =
  'another gateway serves this database: stop that one, or start all of them with the same --redis, so that they know of each other';

/**
 * @param isShared all nodes hold it together
 * @param onTaken another gateway has taken it while this one had no connection to the server
 * @throws when another gateway has it
 */
export async function lockServer(
  connectionString: string,
  isShared: boolean,
  onTaken: (reason: string) => void,
): Promise<ServerLock> {
  let client: Client | undefined;
  let isReleased = false;
  let timer: NodeJS.Timeout | undefined;

  const take = async (): Promise<boolean> => {
    const made = new Client({ connectionString, options: KEEPALIVE });
    made.on('error', () => {});
    await made.connect();
    const { rows } = await made.query(
      `select pg_try_advisory_lock${isShared ? '_shared' : ''}(${LOCK}) as "isMine"`,
    );
    if (isReleased || rows[0]?.isMine !== true) {
      await made.end();
      return false;
    }
    client = made;
    made.once('end', again);
    return true;
  };
  const again = (): void => {
    if (isReleased) return;
    timer = setTimeout(() => {
      take().then((isMine) => {
        if (!isMine && !isReleased) onTaken(IN_USE);
      }, again);
    }, TRY_AGAIN_MS);
    timer.unref();
  };

  const until = performance.now() + WAIT_MS;
  while (!(await take())) {
    if (performance.now() >= until) throw new Error(IN_USE);
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
  }
  return {
    close: async () => {
      isReleased = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}
