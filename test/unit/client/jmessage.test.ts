/** The class that a page uses, with the whole runtime behind it: real ports, real handshake, a network in memory. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reactive, ref } from 'vue';
import { InertCore } from '../../../src/client/inert.js';
import { JMessageCore } from '../../../src/client/jmessage.js';
import type { RuntimeFiles } from '../../../src/client/worker-link/hosts/host.js';
import { CODES, type JMessageOptions, LISTENER_NAMES, METHOD_NAMES } from '../../../src/protocol/index.js';
import type { Accept } from '../../../src/worker/platform/listen.js';
import { serve } from '../../../src/worker/runtime/serve.js';
import { textOf } from '../../kit/message-parts.js';
import { settle } from '../fakes/clock.js';
import { World } from '../fakes/world.js';

type Page = InstanceType<typeof JMessageCore>;

const MAX_STEPS = 5_000;
const notBundled = () => {
  throw new Error('not bundled');
};
const notLoaded = () => Promise.reject(new Error('not bundled'));
const FILES: RuntimeFiles = { scope: '', worker: notBundled, fallback: notLoaded, page: notLoaded };

let world: World;
let accept: Accept;
let ports: MessagePort[];
let pages: Page[];

beforeEach(() => {
  world = new World();
  ports = [];
  pages = [];
  accept = serve(world.worker.platform);
  // Globals of a browser that Node lacks.
  vi.stubGlobal('SharedWorker', class {});
  const listening = { addEventListener: () => undefined, removeEventListener: () => undefined };
  for (const [name, value] of Object.entries({ ...listening, navigator: {} })) vi.stubGlobal(name, value);
  vi.stubGlobal('document', { ...listening, visibilityState: 'visible' });
});
afterEach(() => {
  for (const page of pages) page.destroy();
  for (const port of ports) port.close();
  vi.unstubAllGlobals();
});

function open(options: JMessageOptions = {}): Page {
  const page = new JMessageCore(
    {
      address: 'http://server',
      ...options,
      worker: () => {
        const { port1, port2 } = new MessageChannel();
        ports.push(port1, port2);
        accept(port2);
        return Object.assign(new EventTarget(), { port: port1, onerror: null }) as SharedWorker;
      },
    },
    FILES,
  );
  pages.push(page);
  return page;
}

/** Lets ports and network have their turns until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (isSo()) return;
    await settle();
    await world.clock.advance(1);
  }
  throw new Error(`not so after ${MAX_STEPS} steps`);
}

async function done<T>(request: PromiseLike<T>): Promise<T> {
  let settled = false;
  const mark = () => {
    settled = true;
  };
  request.then(mark, mark);
  await until(() => settled);
  return request;
}

async function loggedIn(username: string, options: JMessageOptions = {}): Promise<Page> {
  const page = open(options);
  await done(page.init(world.auth()));
  await done(page.login({ username, password: `${username}'s password` }));
  return page;
}

describe('a page', () => {
  test('knows how things stand, from the first handler on', async () => {
    const page = open();
    expect([page.isInit(), page.isLogin(), page.isConnect()]).toEqual([false, false, false]);
    const inInit: boolean[] = [];
    page.init(world.auth()).onSuccess(() => inInit.push(page.isInit(), page.isLogin()));
    await until(() => inInit.length > 0);
    expect(inInit).toEqual([true, false]);
    const inLogin: boolean[] = [];
    page
      .login({ username: 'alice', password: "alice's password" })
      .onSuccess(() => inLogin.push(page.isLogin(), page.isConnect()));
    await until(() => inLogin.length > 0);
    expect(inLogin).toEqual([true, true]);
  });

  test('sends and receives', async () => {
    const alice = await loggedIn('alice');
    const bob = await loggedIn('bob');
    const texts: unknown[] = [];
    bob.onMsgReceive((message) => texts.push(textOf(message)));
    const answer = await done(alice.sendSingleMsg({ target_username: 'bob', content: 'hello' }));
    expect(answer).toMatchObject({ code: 0, msg_id: 1, target_username: 'bob' });
    await until(() => texts.length > 0);
    expect(texts).toEqual(['hello']);
  });

  test('gets the messages that another page of its account has sent, and the sender does not', async () => {
    const one = await loggedIn('alice');
    const two = await loggedIn('alice');
    const received: string[] = [];
    one.onMsgReceive(() => received.push('one'));
    two.onMsgReceive(() => received.push('two'));
    await done(one.sendSingleMsg({ target_username: 'bob', content: 'hello' }));
    await until(() => received.length > 0);
    expect(received).toEqual(['two']);
    expect(world.network.open).toHaveLength(1);
  });

  test('fails calls with their code', async () => {
    const page = open();
    const early = page.getConversation();
    await expect(done(early)).rejects.toMatchObject({ code: CODES.notInitialised });
    await done(page.init(world.auth()));
    const wrong = page.login({ username: 'alice', password: 'wrong' });
    await expect(done(wrong)).rejects.toMatchObject({ code: CODES.invalidPassword });
  });

  test('is logged out at once, for whoever asks, and for the server', async () => {
    const page = await loggedIn('alice');
    const logout = page.loginOut();
    expect([page.isInit(), page.isLogin(), page.isConnect()]).toEqual([false, false, false]);
    await done(logout);
    expect(page.isLogin()).toBe(false);
    await until(() => !world.server.isOnline('alice'));
  });

  test('receives nothing of a session that it has left, though it was on its way already', async () => {
    const alice = await loggedIn('alice');
    const bob = await loggedIn('bob');
    const received: unknown[] = [];
    alice.onMsgReceive((message) => received.push(message.msg_id));
    alice.onUnreadChange((count) => received.push(count));
    // In the same turn as the worker posts it to her page.
    await new Promise<void>((resolve) => {
      bob.sendSingleMsg({ target_username: 'alice', content: 'too late' }).onSuccess(() => {
        alice.loginOut();
        resolve();
      });
      void until(() => !alice.isLogin());
    });
    const before = received.length;
    await until(() => !world.server.isOnline('alice'));
    expect(received.length).toBe(before);
    expect(alice.isLogin()).toBe(false);
  });

  test('can connect as soon as there is a worker, before it is initialised and after it has logged out', async () => {
    const page = open();
    await until(() => page.isConnect());
    expect(page.isInit()).toBe(false);
    await done(page.init(world.auth()));
    await done(page.login({ username: 'alice', password: "alice's password" }));
    await done(page.loginOut());
    expect([page.isInit(), page.isLogin(), page.isConnect()]).toEqual([false, false, true]);
  });

  test('of two runs of listeners receives only what belongs to its session', async () => {
    const page = await loggedIn('alice');
    const states: string[] = [];
    page.onStateChange(({ state }) => states.push(state));
    await done(page.loginOut());
    await done(page.init(world.auth()));
    await done(page.login({ username: 'bob', password: "bob's password" }));
    await until(() => states.includes('ready'));
    // Between the two there is no word of the session that was left.
    expect(states[0]).toBe('idle');
    expect(states).not.toContain('ended');
  });

  test('receives changes of state', async () => {
    const page = open();
    const states: string[] = [];
    page.onStateChange(({ state }) => states.push(state));
    await done(page.init(world.auth()));
    await done(page.login({ username: 'alice', password: "alice's password" }));
    await until(() => states.includes('ready'));
    world.server.kick('alice');
    await until(() => states.includes('ended'));
    expect(page.getState()).toMatchObject({ state: 'ended', reason: 'other_login' });
  });

  test('that is destroyed fails what is open with 889005, and what is called later as well', async () => {
    const page = await loggedIn('alice');
    const call = page.getUserInfo({ username: 'bob' });
    page.destroy();
    await expect(done(call)).rejects.toMatchObject({ code: CODES.destroyed });
    await expect(done(page.getConversation())).rejects.toMatchObject({ code: CODES.destroyed });
    expect(page.isLogin()).toBe(false);
  });

  test('that passes a value that cannot be cloned gets a failure', async () => {
    const page = await loggedIn('alice');
    const extras = { fn: () => undefined } as never;
    const send = page.sendSingleMsg({ target_username: 'bob', content: 'hello', extras });
    await expect(done(send)).rejects.toMatchObject({ code: CODES.cannotBeCloned });
  });
});

describe('init without parameters', () => {
  test('uses the payload of the option `auth`', async () => {
    const auth = vi.fn(async () => world.auth());
    const page = open({ auth });
    await done(page.init());
    expect(page.isInit()).toBe(true);
    expect(auth).toHaveBeenCalledOnce();
  });

  test('fails with 880002 if there is none', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const auth = () => Promise.reject(new Error('no signature today'));
    for (const page of [open(), open({ auth })]) {
      await expect(done(page.init())).rejects.toMatchObject({ code: CODES.invalidParameter });
    }
    expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('no signature today'));
  });
});

test('debug: true shows the log of the worker in the console of that page alone', async () => {
  const debug = vi.spyOn(console, 'debug').mockImplementation(() => undefined);
  await loggedIn('alice', { debug: true });
  await loggedIn('alice');
  const lines = () => debug.mock.calls.flat().filter((line) => line === '[JMessage] alice: ready');
  await until(() => lines().length > 0);
  await loggedIn('bob');
  expect(lines()).toHaveLength(1);
  debug.mockClear();
  pages.shift()?.destroy();
  world.network.cutAll();
  for (const state of ['waiting', 'ready']) await until(() => pages[0]?.getState().state === state);
  expect(debug).not.toHaveBeenCalled();
});

test('a JMessage in a Vue ref or reactive object works, and is not wrapped', async () => {
  const page = await loggedIn('alice');
  const state = reactive({ page, deep: { list: [page] } });
  expect([state.page.isLogin(), ref(page).value.isLogin(), state.deep.list[0]?.isLogin()]).toEqual([
    true,
    true,
    true,
  ]);
  const send = state.page.sendSingleMsg({ target_username: 'bob', content: 'hello' });
  expect(reactive({ send }).send).toBe(send);
  expect(await done(reactive({ send }).send)).toMatchObject({ code: 0 });
});

describe('without a page', () => {
  const page = new InertCore({ address: 'http://server' }, FILES);

  test('every call fails with 889014, and every listener is accepted', async () => {
    for (const method of METHOD_NAMES) {
      const call = page[method] as (params?: unknown) => PromiseLike<unknown>;
      await expect(call({}), method).rejects.toMatchObject({ code: CODES.noPage });
    }
    for (const listener of LISTENER_NAMES) expect(() => page[listener](() => undefined)).not.toThrow();
    expect(page.addListener('onMsgReceive', () => undefined)()).toBeUndefined();
  });

  test('the state is that of a page before its login, and nothing else has an effect', async () => {
    expect([page.isInit(), page.isLogin(), page.isConnect(), page.isActive()]).toEqual(Array(4).fill(false));
    expect(page.getState()).toMatchObject({ state: 'idle', connected: false });
    expect(page.getUnreadMsgCnt({ username: 'bob' })).toBe(0);
    for (const fn of [page.resetUnreadCount, page.closeConversation]) {
      expect(fn({ username: 'bob' })).toBeUndefined();
    }
    page.destroy();
    expect(await page.inspect()).toMatchObject({ worker: null });
  });

  test('it has every member of a JMessage', () => {
    const real = Object.getOwnPropertyNames(JMessageCore.prototype);
    const missing = real.filter(
      (name) => !(name in page) && !['listen', 'request', 'inspect'].includes(name),
    );
    expect(missing).toEqual([]);
  });

  test('options that a page would refuse are refused', () => {
    expect(() => new InertCore({ address: 'server' }, FILES)).toThrow('address must be');
  });
});
