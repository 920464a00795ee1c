/** The sources of coverage and error codes, in one module graph. */
export { CODES, MESSAGES } from '../../src/protocol/codes/codes.js';
export { METHODS } from '../../src/protocol/methods/index.js';
