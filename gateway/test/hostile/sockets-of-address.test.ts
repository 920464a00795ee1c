/** The sockets of one address, with those of logged-in clients. */
import { expect, it } from 'vitest';
import { hostileGateway } from '../../../test/kit/gateway-hostile.js';
import { bareSocket } from '../../../test/kit/wire-raw.js';

const SOCKETS = 8;
const gateway = hostileGateway({ socketsOfAddress: SOCKETS });

it('an address has so many sockets, and gets another one when one of them closes', async () => {
  for (let count = 1; count < SOCKETS; count += 1) await gateway.clients.user();
  const last = await bareSocket(gateway.url);
  await expect(bareSocket(gateway.url)).rejects.toThrow();
  last.socket.close();
  await last.closed;
  const next = await bareSocket(gateway.url);
  next.socket.close();
  await next.closed;
});
