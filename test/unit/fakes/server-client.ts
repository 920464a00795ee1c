/** The accounts and the clients of the fake server. */
import { SendOrder } from '../../../gateway/src/connection/send-order.js';
import type { Mailbox } from './server-mail.js';
import type { WindowedSync } from './windowed-sync.js';

export type Fields = Record<string, unknown>;

export interface User extends Mailbox {
  digest: string;
  /** The valid resume tokens: the current one and its predecessor. */
  token: { device: string; current: string; previous: string } | undefined;
}

export interface Client {
  initialised: boolean;
  user: User | undefined;
  /** False from login to the end of the sync: live messages wait. */
  live: boolean;
  syncing?: WindowedSync | undefined;
  readonly order: SendOrder<[event: string, payload: Fields]>;
}

const REMEMBERED_REQUESTS = 1_000;

export const newClient = (): Client => ({
  initialised: false,
  user: undefined,
  live: false,
  order: new SendOrder(REMEMBERED_REQUESTS),
});
