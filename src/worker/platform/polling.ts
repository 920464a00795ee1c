/** Long polling, for networks that let no websocket through: a file of its own, which the worker loads only then. */
export { XHR as Polling } from 'engine.io-client';
