/**
 * `jmessage-runtime/testing`: a server in memory, so that an application's unit tests need no gateway, browser or worker. The client and the
 * runtime are the real ones: parameters are checked, sends wait in an outage, unread counts are kept.
 *
 *     const server = createTestServer({ users: ['alice', 'bob'] });
 *     const JIM = await server.login('alice');
 *     server.say('bob', { username: 'alice' }, 'hello');
 *     server.close();
 */
import type {
  EventNotification,
  InitParams,
  JMessage,
  JMessageOptions,
  JsonObject,
  MessageContent,
} from '../index.js';
import type { ConversationRef } from '../protocol/conversation-id.js';

/** Name of a method that asks the server, such as `sendSingleMsg`. */
export type TestMethod = {
  [K in keyof JMessage]: JMessage[K] extends (params: never) => Record<'onFail', unknown> ? K : never;
}[keyof JMessage];

/** A request that the server has received. */
export interface TestRequest {
  /** The method of JMessage; undefined for requests that the runtime makes by itself. */
  method: TestMethod | undefined;
  /** Name of the event on the wire. */
  event: string;
  /** Payload on the wire. */
  payload: JsonObject;
}

/** An account of the test server. */
export interface TestUser {
  /** Username. */
  username: string;
  /** Default: the username. */
  password?: string;
  /** Default: ''. */
  nickname?: string;
}

/** A server in memory, and the browser whose tabs it serves. */
export interface TestServer {
  /** The application of all accounts. */
  readonly appkey: string;
  /** A payload for `init`. */
  readonly auth: InitParams;
  /** Requests so far, oldest first. */
  readonly requests: readonly TestRequest[];
  /** Creates an account. */
  addUser(user: string | TestUser): void;
  /** A new tab of the browser. Tabs with the same account share its session. */
  open(options?: JMessageOptions): JMessage;
  /** A new tab that is initialised and logged in. */
  login(username: string): Promise<JMessage>;
  /** A user writes a text, or any content. @returns the message's id */
  say(from: string, to: ConversationRef, content: string | Partial<MessageContent>): number;
  /** A user reads a message, and its sender gets the receipt. */
  read(by: string, msg_id: number): void;
  /** A user invites another one to be friends. */
  invite(from: string, to: string, why?: string): void;
  /** An event for an account, in the form of `onEventNotification`. */
  notify(username: string, event: Partial<EventNotification> & Pick<EventNotification, 'event_type'>): void;
  /** The next call of the method is answered so. A `code` other than 0 is a failure. */
  answerOnce(method: TestMethod, answer: JsonObject): void;
  /** The network is gone, until {@link goOnline}. */
  goOffline(): void;
  /** The network is back. */
  goOnline(): void;
  /** The account logs in elsewhere. */
  kick(username: string): void;
  /** Closes all tabs and the server. */
  close(): void;
}

/** Options of {@link createTestServer}. */
export interface TestServerOptions {
  /** The application. Default: 'test-appkey'. */
  appkey?: string;
  /** The accounts, or their names. */
  users?: readonly (string | TestUser)[];
}

/** Starts a server in memory. */
export declare function createTestServer(options?: TestServerOptions): TestServer;
