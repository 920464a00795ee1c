/** Free ports of this machine. */
import net from 'node:net';

export const LOOPBACK = '127.0.0.1';
const LAST_PORT = 65_535;

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, LOOPBACK, () => probe.close(() => resolve(true)));
  });

/** @returns {Promise<number>} the first free port from this one on; 0 (any) if there is none */
export async function freePort(from) {
  for (let port = from; port <= LAST_PORT; port += 1) {
    if (await isFree(port)) return port;
  }
  return 0;
}
