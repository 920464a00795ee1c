/** The port of a tab and its worker: an ended one takes messages without an error, as a MessagePort does. */
import { expect, test } from 'vitest';
import { lanesOf } from '../../../src/protocol/tab-worker/lanes.js';

test.each([
  ['MessagePort', () => new MessageChannel().port1],
  ['BroadcastChannel', () => new BroadcastChannel('lanes.test')],
])('a closed %s drops messages, and a message that cannot be cloned is refused', (_kind, open) => {
  const port = open();
  const [lane] = lanesOf(port);
  expect(() => lane.postMessage(() => undefined)).toThrow('could not be cloned');
  port.close();
  lane.postMessage('a last message');
});
