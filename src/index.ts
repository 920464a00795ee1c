/**
 * What an application imports. Importing it on a server is safe; constructing has to wait for the browser.
 *
 *     import JMessage from 'jmessage-runtime';
 *     const JIM = new JMessage({ address: 'https://im.example.com' });
 */

import { JMessageCore } from './client/jmessage.js';
import type { JMessageOptions } from './client/options.js';
import { bundledFiles } from './client/worker-link/hosts/bundled.js';

export class JMessage extends JMessageCore {
  constructor(options?: JMessageOptions) {
    super(options, bundledFiles);
  }
}

export default JMessage;
export type { ApiListeners, ApiMethods, LocalApi } from './client/jmessage.js';
export type { InitParams, JMessageOptions } from './client/options.js';
export {
  type AckData,
  JMessageError,
  type JMessageRequest,
  type QueuedData,
  type TimeoutData,
} from './client/request.js';
export { CODES, type ErrorCode, type Failure } from './protocol/codes/codes.js';
export type * from './protocol/methods/index.js';
export type { ListenerEvents, ListenerName } from './protocol/methods/listeners.js';
export type * from './protocol/payloads.js';
export type { ConnectionState, EndReason, StateSnapshot } from './protocol/tab-worker/state.js';
