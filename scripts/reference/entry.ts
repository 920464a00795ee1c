/** What the reference is made from, in one module graph: the same schema is then the same object wherever it is used. */
export * from '../../src/protocol/index.js';
export { ACCOUNT_METHODS } from '../../src/protocol/methods/accounts.js';
export { file, password } from '../../src/protocol/methods/fields.js';
export { GROUP_METHODS } from '../../src/protocol/methods/groups.js';
export { MESSAGE_METHODS } from '../../src/protocol/methods/messages.js';
export { OUTBOX_METHODS } from '../../src/protocol/methods/outbox.js';
export { RELATION_METHODS } from '../../src/protocol/methods/relations.js';
export { ROOM_METHODS } from '../../src/protocol/methods/rooms.js';
