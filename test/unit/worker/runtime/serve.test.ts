/** The calls that a port of the worker accepts. Any page of the origin can open a port and post any data. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CALLS, PROTOCOL } from '../../../../src/protocol/tab.js';
import type { Accept } from '../../../../src/worker/platform/listen.js';
import { serve } from '../../../../src/worker/runtime/serve.js';
import { FakeBroadcasts } from '../../fakes/broadcast.js';
import { settle } from '../../fakes/clock.js';
import { World } from '../../fakes/world.js';

const HOSTILE = { type: 'RAW', value: 'hostile' };

let world: World;
let accept: Accept;
let ports: MessagePort[];

beforeEach(() => {
  world = new World();
  accept = serve(world.worker.platform);
  ports = [];
});
afterEach(() => {
  for (const port of ports) port.close();
});

function open() {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  accept(port2);
  const answers = new Map<string, unknown>();
  port1.onmessage = ({ data: [lane, { id, value }] }) => {
    if (lane === CALLS) answers.set(id, value);
  };
  const ask = async (id: string, message: object): Promise<unknown> => {
    port1.postMessage([CALLS, { id, ...message }]);
    // Ports deliver in order: once this is answered, the other one would have been.
    port1.postMessage([CALLS, { id: `after ${id}`, type: 'APPLY', path: ['ping'], argumentList: [] }]);
    for (let turn = 0; turn < 1_000 && !answers.has(`after ${id}`); turn += 1) await settle();
    return answers.get(id);
  };
  return { ask, answers };
}

test('answers a call of its methods', async () => {
  const { ask } = open();
  expect(await ask('call', { type: 'APPLY', path: ['ping'], argumentList: [] })).toMatchObject({
    protocol: PROTOCOL,
  });
});

test.each([
  ['the prototype that all ports share', { type: 'SET', path: ['__proto__', 'polluted'], value: HOSTILE }],
  ['a method of its own', { type: 'SET', path: ['ping'], value: HOSTILE }],
  ['its prototype itself', { type: 'SET', path: ['__proto__'], value: HOSTILE }],
  ['a property of a method', { type: 'SET', path: ['call', 'polluted'], value: HOSTILE }],
])('sets nothing: %s', async (_, message) => {
  const attacker = open();
  const victim = open();
  try {
    expect(await attacker.ask('attack', message)).toBeUndefined();
    expect('polluted' in {}).toBe(false);
    expect(await victim.ask('call', { type: 'APPLY', path: ['ping'], argumentList: [] })).toMatchObject({
      protocol: PROTOCOL,
    });
  } finally {
    delete (Object.prototype as { polluted?: unknown }).polluted;
  }
});

test.each([
  ['reads a property', { type: 'GET', path: ['ping', 'name'] }],
  ['reads all of it', { type: 'GET', path: [] }],
  ['reaches a constructor', { type: 'APPLY', path: ['constructor', 'keys'], argumentList: [HOSTILE] }],
  ['calls what is inherited', { type: 'APPLY', path: ['hasOwnProperty'], argumentList: [HOSTILE] }],
  ['calls a method of a method', { type: 'APPLY', path: ['ping', 'call'], argumentList: [] }],
  ['constructs', { type: 'CONSTRUCT', path: ['constructor'], argumentList: [] }],
  ['opens another endpoint', { type: 'ENDPOINT', path: [] }],
  ['hands in what is no plain value', { type: 'APPLY', path: ['ping'], argumentList: [{ type: 'HANDLER' }] }],
  ['has no arguments', { type: 'APPLY', path: ['ping'], argumentList: 7 }],
  ['has no path', { type: 'APPLY', argumentList: [] }],
])('answers nothing that %s', async (_, message) => {
  const { ask, answers } = open();
  expect(await ask('attack', message)).toBeUndefined();
  expect(answers.has('attack')).toBe(false);
});

test.each([null, 7, 'text', [], {}, [CALLS], [CALLS, null], [CALLS, 7], [CALLS, {}]])(
  'passes over %j',
  async (message) => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    accept(port2);
    port1.postMessage(message);
    const { ask } = open();
    expect(await ask('call', { type: 'APPLY', path: ['ping'], argumentList: [] })).toMatchObject({
      protocol: PROTOCOL,
    });
  },
);

test('a tab that has said its farewell over a BroadcastChannel gets no answer, and nothing fails', async () => {
  const channel = new (new FakeBroadcasts().Channel as unknown as typeof BroadcastChannel)('of a tab');
  accept(channel);
  const say = (id: string, name: string) =>
    (channel as unknown as { hear(data: unknown): void }).hear([
      CALLS,
      { id, type: 'APPLY', path: [name], argumentList: [{ type: 'RAW', value: 0 }] },
    ]);
  say('farewell', 'bye');
  // A rejection that nothing handles fails the test.
  for (let turn = 0; turn < 10; turn += 1) await settle();
  expect(() => channel.postMessage('more')).toThrow('closed');
});

test('a worker whose life lock was taken holds it again once the other one is gone, so tabs that come back can wait for it', async () => {
  const { worker, locks } = world;
  await settle();
  expect(locks.held).toContain(worker.lock);
  void locks
    .for('tab that replaces it')
    .request(worker.lock, { steal: true }, () => new Promise(() => undefined))
    .catch(() => undefined);
  await settle();
  let isFree = false;
  locks.crash('tab that replaces it');
  await settle();
  void locks.for('tab').request(worker.lock, { mode: 'shared' }, () => {
    isFree = true;
  });
  await settle();
  expect(isFree).toBe(false);
  worker.kill();
  await settle();
  expect(isFree).toBe(true);
});
