/** What coverage and error codes are made from, in one module graph. */
export { CODES, MESSAGES } from '../../src/protocol/codes/codes.js';
export { METHODS } from '../../src/protocol/methods/index.js';
