/** Unused parts of the libraries, and the reasons why they can be left out. */
import type { Unused } from './leave-out.js';

const ENGINE = 'engine.io-client/build/esm';
const CLIENT = 'socket.io-client/build/esm';

/** The protocol is JSON, so every transmitted packet is text. */
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
  // Polling is a file of its own, and WebTransport is not used.
  {
    module: `${ENGINE}/transports/index.js`,
    instead: "import { WS } from './websocket.js'; export const transports = { websocket: WS };",
  },
  ENCODER,
  // No code reads the folders of an address, and the client parses its query again from the text.
  { module: `${ENGINE}/contrib/parseuri.js`, empty: ['pathNames', 'queryKey'] },
  // Websocket is tried first, so there is no upgrade, whatever the server offers. No code uses cookies, and a worker has no "beforeunload".
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
  // The session reconnects by itself (`reconnection: false`).
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
  // The runtime uses no acknowledgements in either direction, no retries and no flags. Of the catch-all listeners it uses only `onAny`.
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
  // The protocol is JSON. A binary packet closes the connection, as an invalid one does.
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
  // The worker answers calls and makes none. It receives values, never proxies of the page's objects. The port drops everything but calls.
  {
    module: 'comlink/dist/esm/comlink.mjs',
    empty: ['wrap', 'releaseEndpoint'],
    statements: [
      'if (!isAllowedOrigin(',
      'parent[path.slice',
      'returnValue = proxy(',
      'returnValue = transfer(',
      'expose(obj, port2)',
      'if (type === "RELEASE"',
    ],
  },
  // The runtime uses only `hash` of a text. The first statement is for engines that add numbers wrongly.
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
  // Every browser with modules in a SharedWorker has CORS.
  { module: `${ENGINE}/contrib/has-cors.js`, instead: 'export const hasCORS = true;' },
  // Without an upgrade it never has to pause.
  { module: `${ENGINE}/transports/polling.js`, remove: ['pause'] },
  // For pages only: a worker has no document.
  { module: `${ENGINE}/transports/polling-xhr.js`, empty: ['unloadHandler'] },
];

/** Of the classic script. The tab makes calls and answers none, and it sends values, never proxies. */
export const UNUSED_IN_SCRIPT: readonly Unused[] = [
  {
    module: 'comlink/dist/esm/comlink.mjs',
    empty: ['expose', 'releaseEndpoint', 'registerProxy', 'unregisterProxy', 'throwIfProxyReleased'],
    statements: [
      'for (const [name, handler] of transferHandlers)',
      'if (prop === releaseProxy)',
      'if (last === createEndpoint)',
      'if (last === "bind")',
      'return requestResponseMessage(ep, pendingListeners, {\n                type: "SET"',
      'return requestResponseMessage(ep, pendingListeners, {\n                type: "CONSTRUCT"',
    ],
  },
];
