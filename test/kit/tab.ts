/** A tab of the test site, driven from the test: calls its `JMessage` and reads its outcomes and events. */
import type { JMessage } from '../../src/index.js';
import type {
  AnswerOf,
  AuthPayload,
  InputOf,
  Inspection,
  ListenerEvents,
  ListenerName,
  LocalName,
  MethodName,
  Methods,
  ParamsOf,
  ReceivedMessage,
  StateSnapshot,
} from '../../src/protocol/index.js';
import type { TabFrame, TabPage } from './engines/engine.js';
import { encodeForms } from './forms.js';
import { textOf } from './message-parts.js';
import type { Aborted, BurstOutcome, TabOutcome, TabWindow } from './tab-window.js';
import { UNTIL_TIMEOUT_MS, until } from './until.js';

export interface Credentials {
  username: string;
  password: string;
}

export class Tab {
  /** @param frame a page, or an iframe of one: both are tabs to the SDK */
  constructor(readonly frame: TabFrame) {}

  /** Calls a method and resolves with any outcome. A FormData among its parameters reaches the page as one. */
  async call<M extends MethodName>(
    method: M,
    params?: InputOf<Methods[M]>,
    aborted?: Aborted,
  ): Promise<TabOutcome<M>> {
    const { value, forms } = await encodeForms(params);
    // The parameters pass as text, because Playwright's types would expand theirs without end.
    const outcome = await this.frame.evaluate(
      ([name, json, hasForms, when]) =>
        (window as unknown as TabWindow).tab.call(
          name,
          json === undefined ? undefined : JSON.parse(json),
          hasForms,
          when,
        ),
      [method, JSON.stringify(value), forms, aborted] as const,
    );
    return outcome as TabOutcome<M>;
  }

  /** Calls a method that answers at once. */
  async local<N extends LocalName>(method: N, params: ParamsOf<N>): Promise<ReturnType<JMessage[N]>> {
    const answer = await this.frame.evaluate(
      ([name, json]) => {
        const { JIM } = window as unknown as TabWindow;
        return (JIM[name] as (params: unknown) => unknown).call(JIM, JSON.parse(json));
      },
      [method, JSON.stringify(params)] as const,
    );
    return answer as ReturnType<JMessage[N]>;
  }

  /** Calls a method that must succeed. @returns its answer */
  async ok<M extends MethodName>(method: M, params?: InputOf<Methods[M]>): Promise<AnswerOf<M>> {
    const outcome = await this.call(method, params);
    if (outcome.kind === 'success') return outcome.data;
    throw new Error(`${method}: ${JSON.stringify(outcome)}`);
  }

  /** `init` and `login`. */
  async login(auth: AuthPayload, credentials: Credentials): Promise<AnswerOf<'login'>> {
    await this.ok('init', auth);
    return this.ok('login', credentials);
  }

  /**
   * Sends many texts at once, as fast as the page can call: `<prefix> 0`, `<prefix> 1`, …
   * @returns the number of settlements of each, and their outcomes
   */
  async burst(target: string, prefix: string, count: number): Promise<BurstOutcome[]> {
    return this.frame.evaluate(
      ([target_username, text, total]) => {
        const { JIM } = window as unknown as TabWindow;
        const outcomes = Array.from({ length: total }, () => ({ settled: 0, kind: '', code: 0, msg_id: 0 }));
        return new Promise<typeof outcomes>((resolve) => {
          let open = total;
          outcomes.forEach((outcome, i) => {
            const settle = (kind: string) => (data: object) => {
              const { code = 0, msg_id = 0 } = data as { code?: number; msg_id?: number };
              Object.assign(outcome, { kind, code, msg_id });
              outcome.settled += 1;
              open -= 1;
              // A second settlement would come at once, so it gets the time for it.
              if (open === 0) setTimeout(() => resolve(outcomes));
            };
            JIM.sendSingleMsg({ target_username, content: `${text} ${i}` })
              .onSuccess(settle('success'))
              .onFail(settle('failure'))
              .onTimeout(settle('timeout'));
          });
        });
      },
      [target, prefix, count] as const,
    );
  }

  /** The arguments of a listener's calls so far, in order. */
  async received<L extends ListenerName>(listener: L): Promise<ListenerEvents[L][]> {
    const received = await this.frame.evaluate(
      (name) =>
        (window as unknown as TabWindow).tab.received
          .filter((event) => event.listener === name)
          .map((event) => event.data),
      listener,
    );
    return received as ListenerEvents[L][];
  }

  /** The texts of the messages that `onMsgReceive` received, in order. */
  async texts(): Promise<string[]> {
    return (await this.received('onMsgReceive')).map((message) => String(textOf(message)));
  }

  /** The texts to a user that were delivered to this tab, live or in a history, in the order of delivery. */
  async textsTo(target: string): Promise<string[]> {
    const messages = await this.frame.evaluate(() =>
      (window as unknown as TabWindow).tab.received.flatMap(({ listener, data }) => {
        if (listener === 'onMsgReceive') return [data];
        return listener === 'onSyncConversation'
          ? (data as { msgs: unknown[] }[]).flatMap(({ msgs }) => msgs)
          : [];
      }),
    );
    return (messages as ReceivedMessage[])
      .filter(({ content }) => content.target_id === target)
      .map((message) => String(textOf(message)));
  }

  /** Waits until `onMsgReceive` has received this text. */
  async waitForText(text: string, timeoutMs = UNTIL_TIMEOUT_MS): Promise<ReceivedMessage> {
    const isHeard = (wanted: string) =>
      (window as unknown as TabWindow).tab.received.some(
        ({ listener, data }) =>
          listener === 'onMsgReceive' &&
          (data as { content: { msg_body: { text?: string } } }).content.msg_body.text === wanted,
      );
    const waiting = until(`the text ${text}`, () => this.frame.evaluate(isHeard, text), timeoutMs);
    await waiting.catch(async (cause: unknown) => {
      const received = await this.frame.evaluate(() =>
        (window as unknown as TabWindow).tab.received.slice(-10),
      );
      throw new Error(`"${text}" was not received; the last that was: ${JSON.stringify(received)}`, {
        cause,
      });
    });
    const found = (await this.received('onMsgReceive')).find((message) => textOf(message) === text);
    if (found === undefined) throw new Error(`${text}: received, and then not`);
    return found;
  }

  /** Waits until the listener has been called this many times. */
  async waitForHeard(listener: ListenerName, times = 1, timeoutMs = UNTIL_TIMEOUT_MS): Promise<void> {
    const count = (name: ListenerName) =>
      (window as unknown as TabWindow).tab.received.filter((event) => event.listener === name).length;
    const isMet = async () => (await this.frame.evaluate(count, listener)) >= times;
    await until(`${times} × ${listener}`, isMet, timeoutMs);
  }

  /** Waits until the listener has received a matching argument. */
  async waitFor<L extends ListenerName>(
    listener: L,
    matches: (data: ListenerEvents[L]) => boolean,
    what = '',
  ): Promise<ListenerEvents[L]> {
    return until(`${listener} ${what}`, async () => {
      const found = (await this.received(listener)).find(matches);
      return found === undefined ? undefined : { found };
    }).then(({ found }) => found);
  }

  async state(): Promise<StateSnapshot> {
    return this.frame.evaluate(() => (window as unknown as TabWindow).JIM.getState());
  }

  async host(): Promise<JMessage['host']> {
    return this.frame.evaluate(() => (window as unknown as TabWindow).JIM.host);
  }

  async inspect(): Promise<Inspection> {
    return this.frame.evaluate(() => (window as unknown as TabWindow).JIM.inspect());
  }

  async connectNow(): Promise<void> {
    return this.frame.evaluate(() => (window as unknown as TabWindow).JIM.connectNow());
  }

  async restart(): Promise<void> {
    return this.frame.evaluate(() => (window as unknown as TabWindow).JIM.restart());
  }

  async isActive(): Promise<boolean> {
    return this.frame.evaluate(() => (window as unknown as TabWindow).JIM.isActive());
  }

  /** Waits until the connection is in this state. */
  async waitForState(state: StateSnapshot['state'], timeoutMs = UNTIL_TIMEOUT_MS): Promise<void> {
    await until(`state: ${state}`, async () => (await this.state()).state === state, timeoutMs);
  }

  /** `isInit`, `isLogin` and `isConnect`, read in one step. */
  async flags(): Promise<{ init: boolean; login: boolean; connect: boolean }> {
    return this.frame.evaluate(() => {
      const { JIM } = window as unknown as TabWindow;
      return { init: JIM.isInit(), login: JIM.isLogin(), connect: JIM.isConnect() };
    });
  }

  /** Reloads its page. */
  async reload(): Promise<void> {
    await this.page.reload();
  }

  /** Goes to another page, runs an action, and returns by the back button. @returns whether the page came from the browser's cache */
  async away(meanwhile: () => Promise<void>): Promise<boolean> {
    const { page } = this;
    const here = await page.evaluate(() => {
      Object.assign(window, { wasHere: true });
      return location.href;
    });
    await page.goto(new URL('/elsewhere.html', here).href);
    await meanwhile();
    await page.goBack({ waitUntil: 'commit' });
    const place = () => page.evaluate(() => location.href).catch(() => undefined);
    await until('the earlier page', async () => (await place()) === here);
    return page.evaluate(() => 'wasHere' in window);
  }

  /** Closes the tab, as its user would. */
  async close(): Promise<void> {
    await this.page.close();
  }

  get page(): TabPage {
    if (!('reload' in this.frame)) throw new Error('an iframe has no life of its own: use its page');
    return this.frame as TabPage;
  }

  /** Clears the recorded calls of the listeners. */
  async forget(): Promise<void> {
    await this.frame.evaluate(() => {
      (window as unknown as TabWindow).tab.received.length = 0;
    });
  }
}
