/** The implementation of `jmessage-runtime/testing`: the real client and the real runtime, on sockets in memory. */
import SparkMD5 from 'spark-md5';
import { JMessageCore } from '../client/jmessage.js';
import { serve } from '../worker/runtime/serve.js';
import { MemoryStore } from '../worker/store/memory-store.js';
import type { createTestServer as Create, TestServer, TestUser } from './api.js';
import { TestData } from './data.js';
import { TestPort } from './ports.js';
import { ServerSockets } from './server.js';

const ADDRESS = 'http://test.invalid';
const md5 = (text: string): string => SparkMD5.hash(text);
const now = (): number => Date.now();

let uuids = 0;
const uuid = (): string => {
  uuids += 1;
  return `00000000-0000-4000-8000-${String(uuids).padStart(12, '0')}`;
};

/** A page that is always visible and online. */
const PAGE: ConstructorParameters<typeof JMessageCore>[2] = {
  locks: null,
  has: () => false,
  now,
  uuid,
  yield: (fn) => queueMicrotask(fn),
  visible: () => true,
  online: () => true,
  on: () => () => undefined,
};

export const createTestServer: typeof Create = ({ appkey = 'test-appkey', users = [] } = {}): TestServer => {
  const data = new TestData(appkey, now);
  const sockets = new ServerSockets(data, now);
  const stores = new Map<string, MemoryStore>();
  const accept = serve({
    clock: {
      now,
      after(ms, fn) {
        const timer = setTimeout(fn, ms);
        return () => clearTimeout(timer);
      },
    },
    random: Math.random,
    uuid,
    md5,
    locks: null,
    broadcast: { post: () => undefined, onMessage: () => undefined },
    address: () => null,
    openSocket: sockets.openSocket,
    async postForm({ form, onProgress }) {
      if (!sockets.isOnline) throw new Error('the network is gone');
      const file = [...form.values()].find((value): value is File => typeof value !== 'string');
      const fsize = file?.size ?? 0;
      const media_id = `test/${data.nextId()}`;
      if (file) data.files.set(media_id, file);
      onProgress(fsize, fsize);
      return { status: 200, body: { media_id, media_crc32: 0, fsize, fname: file?.name, hash: media_id } };
    },
    async openStore(account) {
      const store = stores.get(account) ?? new MemoryStore();
      stores.set(account, store);
      return store;
    },
  });
  const tabs = new Set<ReturnType<TestServer['open']>>();
  const notBundled = () => {
    throw new Error('a test server has no such file');
  };

  const server: TestServer = {
    appkey,
    get auth() {
      return { appkey, random_str: 'r'.repeat(20), signature: 'f'.repeat(32), timestamp: now() };
    },
    get requests() {
      return sockets.requests;
    },
    addUser(user) {
      const {
        username,
        password = username,
        nickname = '',
      }: TestUser = typeof user === 'string' ? { username: user } : user;
      data.addAccount(username, md5(password), { nickname });
    },
    open(options = {}) {
      const [port, workerPort] = TestPort.pair();
      const worker = () => {
        accept(workerPort as unknown as MessagePort);
        return { port, onerror: null } as unknown as SharedWorker;
      };
      const files = { scope: '', worker, fallback: notBundled, page: notBundled };
      const given = { address: ADDRESS, auth: () => server.auth, ...options, host: 'shared' } as const;
      const tab = new JMessageCore(given, files, PAGE);
      tabs.add(tab);
      return tab;
    },
    async login(username) {
      const tab = server.open();
      await tab.init();
      const password = data.accounts.get(username)?.password ?? '';
      await tab.login({ username, password, is_md5: true });
      await new Promise<void>((resolve) => {
        const remove = tab.addListener('onStateChange', ({ synced }) => synced && done());
        const done = () => {
          remove();
          resolve();
        };
        if (tab.getState().synced) done();
      });
      return tab;
    },
    say(from, ref, content) {
      const gid = 'gid' in ref ? Number(ref.gid) : 0;
      const target = 'gid' in ref ? { gid } : { username: String(ref.username) };
      const members = [...(data.groups.get(gid)?.members.keys() ?? [])].filter((name) => name !== from);
      const part = typeof content === 'string' ? { msg_type: 'text', msg_body: { text: content } } : content;
      const to = 'username' in target ? [target.username] : members;
      const stored = data.store(from, to, gid, data.contentOf(from, target, part), false);
      sockets.deliver(stored);
      return stored.wire.msg_id;
    },
    read(by, msg_id) {
      const stored = data.messages.get(msg_id);
      if (!stored) throw new Error(`there is no message ${msg_id}`);
      stored.readBy.add(by);
      sockets.receipt(stored);
    },
    invite(from, to, why = '') {
      const event = sockets.event(to, {
        event_type: 5,
        extra: 1,
        from_username: from,
        from_appkey: appkey,
        description: why,
      });
      data.accounts.get(to)?.invitedBy.set(from, event);
    },
    notify: (username, event) => sockets.event(username, event as Record<string, unknown>),
    answerOnce(method, answer) {
      sockets.answers.set(method, [...(sockets.answers.get(method) ?? []), answer]);
    },
    goOffline: () => sockets.goOffline(),
    goOnline() {
      sockets.isOnline = true;
    },
    kick: (username) => sockets.kick(username),
    close() {
      for (const tab of tabs) tab.destroy();
      sockets.goOffline();
    },
  };
  for (const user of users) server.addUser(user);
  return server;
};
