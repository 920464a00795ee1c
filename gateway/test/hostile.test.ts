/** The gateway survives all input and serves its other clients. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ACK, ANSWERED_AS, REQUESTS } from '../../src/protocol/index.js';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { type Client, nextRid } from '../../test/kit/wire-socket.js';

// A send may name a predecessor that never comes, and waits for it for so long.
const gateway = hostGateway({ passwordTriesPerMinute: 1_000, requestBurst: 1e6, orderTimeoutMs: 100 });
const { clients } = gateway;

/** All but the one by which a client has its socket closed. */
const EVENTS = (Object.keys(REQUESTS) as (keyof typeof REQUESTS)[]).filter((event) => event !== 'log_out');
/** Names that mean something to Socket.IO's clients: they cannot emit them. */
const RESERVED = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

const plausible = fc.oneof(
  fc.constantFrom<unknown>('', '0', '1', 'alice', 'web', 'single', 'text', '\0', '\ud800', '__proto__'),
  fc.constantFrom<unknown>(0, 1, 3, -1, 0.5, 2 ** 31, 2 ** 53, 1e300, true, false, null, [], {}),
  fc.constant<unknown>('0123456789abcdef0123456789abcdef'),
  fc.jsonValue({ maxDepth: 4 }),
);

/** Something like a payload of a known event: its fields with values that may or may not be right. */
const knownFrame = fc.constantFrom(...EVENTS).chain((event) => {
  const { payload } = REQUESTS[event];
  const fields = 'entries' in payload ? Object.keys(payload.entries) : [];
  const content = fc.dictionary(
    fc.constantFrom('version', 'target_type', 'target_id', 'from_id', 'create_time', 'msg_type', 'msg_body'),
    plausible,
  );
  const value = fc.oneof({ arbitrary: plausible, weight: 4 }, { arbitrary: content, weight: 1 });
  const entries = fields.length > 0 ? fc.dictionary(fc.constantFrom(...fields), value) : fc.constant({});
  return fc.tuple(fc.constant<string>(event), entries);
});
const anyFrame = fc.tuple(
  fc.oneof(fc.constantFrom<string>(...EVENTS), fc.string()).filter((name) => !RESERVED.has(name)),
  fc.jsonValue(),
);

async function isServed(client: Client): Promise<boolean> {
  const { code } = await client.ask('get_conversations');
  return code === 0 || code === 882004;
}

describe('any JSON under any event name', () => {
  it.each(['a stranger', 'an initialised socket', 'a user'])(
    'from %s never crashes the gateway; a known event with a rid is acknowledged and answered',
    async (who) => {
      const client = who === 'a user' ? await clients.user() : await clients.connect();
      if (who === 'an initialised socket') await client.init();
      await fc.assert(
        fc.asyncProperty(knownFrame, async ([event, payload]) => {
          const answer = await client.ask(event, payload);
          // Of these the `ack` is all that there is.
          if (ANSWERED_AS[event] === ACK) return;
          expect(answer.message).toEqual(expect.any(String));
          expect([880001, 882001]).not.toContain(answer.code);
        }),
        { numRuns: 150 },
      );
      await fc.assert(
        fc.asyncProperty(anyFrame, async ([event, payload]) => {
          client.socket.emit(event, payload as object);
          expect(await isServed(client)).toBe(true);
        }),
        { numRuns: 100 },
      );
    },
  );
});

describe('a frame', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['no rid', {}],
    ['rid 0', { rid: 0 }],
    ['a text for a rid', { rid: '7' }],
    ['a rid beyond 2^31-1', { rid: 2 ** 31 }],
    ['a fraction for a rid', { rid: 1.5 }],
    ['an array', [1]],
  ])('with %s is dropped', async (_, payload) => {
    const user = await clients.user();
    const before = user.all('ack').length;
    user.socket.emit('get_conversations', payload as object);
    expect(await isServed(user)).toBe(true);
    expect(user.all('ack')).toHaveLength(before + 1);
  });

  it('of an event that is not known is answered with an error', async () => {
    const user = await clients.user();
    expect(await user.ask('an_unknown_event', { target_gid: 1 })).toMatchObject({ code: 882003 });
  });
});

describe('raw frames', () => {
  const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  /** A bare Engine.IO 4 connection that is past Socket.IO's handshake. */
  async function raw(): Promise<{ socket: WebSocket; received: string[] }> {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const received: string[] = [];
    await new Promise<void>((resolve) => {
      socket.on('message', (message) => {
        const text = String(message);
        received.push(text);
        if (text.startsWith('0{')) socket.send('40');
        if (text.startsWith('40{')) resolve();
        if (text === '2') socket.send('3');
      });
    });
    return { socket, received };
  }

  it('nested 30 000 deep are refused', async () => {
    const { socket, received } = await raw();
    const answered = new Promise<void>((resolve) => {
      socket.on('message', (message) => {
        if (String(message).startsWith('42["login"')) resolve();
      });
    });
    socket.send(`42["login",{"rid":9,"username":${deep(30_000)}}]`);
    await answered;
    expect(received.join('\n')).toContain('"code":882003');
    socket.close();
  });

  it.each([
    ['garbage', ['garbage', '42', '42[', '42{}', '42[]', '42[1,2]', '9', '']],
    [
      'reserved names',
      ['42["disconnect",{"rid":1}]', '42["newListener",{"rid":1}]', '42["error",{"rid":1}]'],
    ],
    ['other namespaces', ['40/admin,', '42/admin,["login",{"rid":1}]']],
    ['acknowledgements', ['430[]', '43["x"]', '421["login",{"rid":1}]']],
    ['prototypes', ['42["c_init",{"rid":1,"__proto__":{"appkey":"app1"}}]', '42["__proto__",{"rid":2}]']],
    [
      'names of methods',
      ['42["toString",{"rid":1}]', '42["constructor",{"rid":2}]', '42["hasOwnProperty",{"rid":3}]'],
    ],
    ['binary', ['451-["login",{"_placeholder":true,"num":0}]', Buffer.from('binary')]],
    ['too large', [`42["login",{"rid":1,"x":"${'x'.repeat(70_000)}"}]`]],
    ['far too large', ['x'.repeat(2_000_000)]],
  ])('of %s harm nobody else', async (_, frames) => {
    const user = await clients.user();
    for (const frame of frames) {
      const { socket } = await raw();
      socket.on('error', () => {});
      socket.send(frame);
      expect(await isServed(user)).toBe(true);
      socket.close();
    }
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });
});

describe('SQL in every field', () => {
  it('is text', async () => {
    const name = `x'; drop table account; --${nextRid()}`;
    const user = await clients.user(name);
    await user.ask('update_user_inf', { nickname: "'; delete from message; --", extras: { "'": '"' } });
    const { user_info } = await user.ask('get_across_user_info', { username: name });
    expect(user_info).toMatchObject({ username: name, nickname: "'; delete from message; --" });
    expect(await user.send(name, "'); drop table mailbox; --")).toMatchObject({ code: 0 });
  });
});
