/** What the runtime does not use of its libraries, and why it is safe to leave it out. */
import type { Unused } from './leave-out.js';

const ENGINE = 'engine.io-client/build/esm';
const CLIENT = 'socket.io-client/build/esm';

/** The protocol is JSON: every packet that is sent is a text. */
const ENCODER: Unused = {
  module: 'engine.io-parser/build/esm/encodePacket.browser.js',
  instead: `
    import { PACKET_TYPES } from './commons.js';
    export const encodePacket = ({ type, data }, _supportsBinary, callback) => callback(PACKET_TYPES[type] + (data || ''));
    export const encodePacketToBinary = () => {};
  `,
};

/** Of the worker. */
export const UNUSED_IN_WORKER: readonly Unused[] = [
  // Polling is a file of its own, and nobody asks for WebTransport.
  {
    module: `${ENGINE}/transports/index.js`,
    instead: "import { WS } from './websocket.js'; export const transports = { websocket: WS };",
  },
  ENCODER,
  // Of an address nobody asks for the folders; its query is what the client reads again as a text.
  { module: `${ENGINE}/contrib/parseuri.js`, empty: ['pathNames', 'queryKey'] },
  // Websocket is tried first: there is nothing to upgrade to, whatever the server offers. Cookies are nobody's; a worker has no "beforeunload".
  {
    module: `${ENGINE}/socket.js`,
    empty: ['_probe'],
    remove: ['send'],
    statements: [
      'if (this.opts.closeOnBeforeunload)',
      'if (this._beforeunloadEventListener)',
      'if (this.opts.withCredentials)',
      'if (opts.transportImplementations && opts.transports)',
      'if (this.transports.length === 0)',
    ],
  },
  // The session comes back by itself (`reconnection: false`).
  { module: `${CLIENT}/contrib/backo2.js`, instead: 'export class Backoff { reset() {} }' },
  {
    module: `${CLIENT}/manager.js`,
    empty: [
      'reconnection',
      'reconnectionAttempts',
      'reconnectionDelay',
      'reconnectionDelayMax',
      'randomizationFactor',
      'maybeReconnectOnOpen',
      'reconnect',
    ],
    remove: ['onreconnect', 'disconnect', 'connect'],
  },
  // No acknowledgements, in either direction, no retries, no flags; of the listeners for anything only `onAny`.
  {
    module: `${CLIENT}/socket.js`,
    empty: [
      '_addToQueue',
      '_drainQueue',
      '_registerAckCallback',
      '_clearAcks',
      'ack',
      'onack',
      'notifyOutgoingListeners',
    ],
    remove: [
      'send',
      'emitWithAck',
      'disconnected',
      'close',
      'compress',
      'volatile',
      'timeout',
      'prependAny',
      'offAny',
      'listenersAny',
      'onAnyOutgoing',
      'prependAnyOutgoing',
      'offAnyOutgoing',
      'listenersAnyOutgoing',
    ],
  },
  // The protocol is JSON. A server that sends something binary has its connection closed, as one that sends what is no packet at all.
  {
    module: 'socket.io-parser/build/esm/is-binary.js',
    instead: 'export const isBinary = () => false; export const hasBinary = isBinary;',
  },
  {
    module: 'socket.io-parser/build/esm/index.js',
    empty: ['encodeAsBinary', 'takeBinaryData'],
  },
  {
    module: 'engine.io-parser/build/esm/contrib/base64-arraybuffer.js',
    instead: 'export const decode = () => new ArrayBuffer(0);',
  },
  // The worker answers calls and makes none; what it is sent are values, never proxies of the page's objects.
  { module: 'comlink/dist/esm/comlink.mjs', empty: ['wrap', 'releaseEndpoint'] },
  // Only `hash` of a text. The first statement is for engines that add numbers wrongly.
  {
    module: 'spark-md5/spark-md5.js',
    statements: [
      'if (hex(md51(',
      "if (typeof ArrayBuffer !== 'undefined'",
      'SparkMD5.prototype.',
      'SparkMD5.ArrayBuffer',
    ],
  },
];

/** Of long polling. */
export const UNUSED_IN_POLLING: readonly Unused[] = [
  ENCODER,
  // What every browser has that runs modules in a SharedWorker.
  { module: `${ENGINE}/contrib/has-cors.js`, instead: 'export const hasCORS = true;' },
  // There is no upgrade that it would have to pause for.
  { module: `${ENGINE}/transports/polling.js`, remove: ['pause'] },
  // For pages: a worker has no document.
  { module: `${ENGINE}/transports/polling-xhr.js`, empty: ['unloadHandler'] },
];

/** Of the classic script: the tab makes calls and answers none, and what it sends are values, never proxies. */
export const UNUSED_IN_SCRIPT: readonly Unused[] = [
  {
    module: 'comlink/dist/esm/comlink.mjs',
    empty: ['expose', 'releaseEndpoint'],
    statements: ['for (const [name, handler] of transferHandlers)'],
  },
];
