/**
 * Entry of the package. It may be imported and constructed on a server, where a JMessage is inert.
 *
 *     import JMessage from 'jmessage-runtime';
 *     const JIM = new JMessage({ address: 'https://im.example.com' });
 */

import { InertCore } from './client/inert.js';
import { JMessageCore } from './client/jmessage.js';
import { bundledFiles } from './client/worker-link/hosts/bundled.js';
import type { JMessageApi, JMessageOptions } from './protocol/api/jmessage.js';

class Bundled extends (typeof document === 'undefined' ? InertCore : JMessageCore) {
  constructor(options?: JMessageOptions | null) {
    super(options, bundledFiles);
  }
}

/** An instance of JMessage. */
export interface JMessage extends JMessageApi {}
/** The class `JMessage`. */
export const JMessage: {
  new (options?: JMessageOptions | null): JMessage;
  /** Prototype of the instances. */
  readonly prototype: JMessage;
} = Bundled;

export default JMessage;
export { JMessageError } from './client/error.js';
export { EVENT, EVENT_EXTRA } from './protocol/api/event-types.js';
export type * from './protocol/api/index.js';
export { CODES, type ErrorCode } from './protocol/codes/codes.js';
