/** The public API, by area: types only. The documentation of every method, parameter and field stands here and nowhere else. */
export type * from './accounts.js';
export type * from './conversations.js';
export type * from './events.js';
export type * from './friends.js';
export type * from './groups.js';
export type * from './inspection.js';
export type * from './jmessage.js';
export type * from './json.js';
export type * from './listeners.js';
export type * from './lists.js';
export type * from './messages.js';
export type * from './outbox.js';
export type * from './receipts.js';
export type * from './request.js';
export type * from './rooms.js';
export type * from './sends.js';
export type * from './state.js';
