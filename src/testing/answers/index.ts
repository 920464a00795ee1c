/** The answers of a test server, by the event of their request. A request without a row is answered with success. */
import { ACCOUNTS } from './accounts.js';
import { GROUPS } from './groups.js';
import type { Handlers } from './handler.js';
import { MESSAGES } from './messages.js';
import { PEOPLE } from './people.js';
import { ROOMS } from './rooms.js';

export const HANDLERS: Handlers = { ...ACCOUNTS, ...MESSAGES, ...PEOPLE, ...GROUPS, ...ROOMS };
