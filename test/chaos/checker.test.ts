/** The checker finds each violation in a history made by hand, and none in a correct history. */
import { expect, test } from 'vitest';
import { check } from './checker.js';
import { emptyHistory, type History, type PageEvent, record } from './history.js';

const JOINED_AT = 1_000;
const FIRST = 'alice.1/s1/bob/0';
const SECOND = 'alice.1/s1/bob/1';

type Report = PageEvent extends infer E ? (E extends PageEvent ? Omit<E, 'at' | 'instance'> : never) : never;

/** alice has two tabs, bob one; all of them are open from the beginning to the end. */
class Story {
  readonly history: History = emptyHistory('s1');
  #now = JOINED_AT;

  constructor() {
    for (const [name, account] of [
      ['alice.1', 'alice'],
      ['alice.2', 'alice'],
      ['bob.1', 'bob'],
    ] as const) {
      this.history.instances.set(name, {
        name,
        account,
        profile: 'desk',
        openedAt: 0,
        epoch: 0,
        joinedAt: undefined,
        gone: undefined,
        delivered: [],
      });
      this.report(name, { what: 'joined', epoch: 1 });
    }
  }

  report(instance: string, event: Report): this {
    this.#now += 1;
    record(this.history, { ...event, at: this.#now, instance } as PageEvent);
    return this;
  }

  call(name: string): this {
    return this.report('alice.1', { what: 'called', name });
  }

  queue(name: string): this {
    return this.report('alice.1', { what: 'seen', name, how: 'queued' });
  }

  settle(name: string, as: 'success' | 'failure' | 'timeout', code = 0, attempt = 0): this {
    return this.report('alice.1', { what: 'settled', name, attempt, as, code });
  }

  store(name: string, msg_id: number): this {
    this.#now += 1;
    this.history.stored.push({ msg_id, at: this.#now, name });
    return this;
  }

  deliver(instance: string, msg_id: number, name: string, from = 'alice'): this {
    return this.report(instance, {
      what: 'delivered',
      by: 'live',
      epoch: 1,
      messages: [{ msg_id, name, from }],
    });
  }

  deliverAll(msg_id: number, name: string): this {
    return this.deliver('alice.2', msg_id, name).deliver('bob.1', msg_id, name);
  }

  goes(instance: string, how = 'crashed', afterMs = 0): this {
    const tab = this.history.instances.get(instance);
    if (tab) tab.gone = { at: this.#now + afterMs, how };
    return this;
  }

  get found(): string[] {
    return check(this.history).map(({ kind }) => kind);
  }
}

test('a correct history has no violation', () => {
  const story = new Story().call(FIRST).call(SECOND).store(FIRST, 1).store(SECOND, 2);
  story.settle(FIRST, 'success').settle(SECOND, 'success').deliverAll(1, FIRST).deliverAll(2, SECOND);
  expect(check(story.history)).toEqual([]);
});

test('lost: reported as sent, and not stored', () => {
  expect(new Story().call(FIRST).settle(FIRST, 'success').found).toEqual(['lost']);
});

test('lost: the page died after the runtime had shown that it had the message', () => {
  expect(new Story().call(FIRST).queue(FIRST).goes('alice.1').found).toEqual(['lost']);
});

test('lost: the browser died long after it had begun to send', () => {
  const story = new Story().call(FIRST).report('alice.2', { what: 'outbox', name: FIRST, state: 'sending' });
  expect(story.goes('alice.1', 'browser killed', 10_000).found).toEqual(['lost']);
});

test('not lost: the browser died as it began to send, before the disk had the message', () => {
  const story = new Story().call(FIRST).report('alice.2', { what: 'outbox', name: FIRST, state: 'sending' });
  expect(story.goes('alice.1', 'browser killed', 100).found).toEqual([]);
});

test('not missed: a message that the tab itself sent again', () => {
  const story = new Story().call(FIRST).settle(FIRST, 'failure', 880210).goes('alice.1');
  story.report('alice.2', { what: 'retried', name: FIRST, attempt: 1 }).store(FIRST, 1);
  story.report('alice.2', { what: 'settled', name: FIRST, attempt: 1, as: 'success' });
  expect(story.deliver('bob.1', 1, FIRST).found).toEqual([]);
});

test('not lost: the page died before any sign that the runtime had the message', () => {
  expect(new Story().call(FIRST).goes('alice.1').found).toEqual([]);
});

test('not lost: the page died, and the outbox lists it as failed', () => {
  const story = new Story().call(FIRST).queue(FIRST).goes('alice.1');
  expect(
    story.report('alice.2', { what: 'outbox', name: FIRST, state: 'failed', code: 889009 }).found,
  ).toEqual([]);
});

test('doubled: stored twice', () => {
  const story = new Story().call(FIRST).store(FIRST, 1).store(FIRST, 2).settle(FIRST, 'success');
  expect(story.deliverAll(1, FIRST).deliverAll(2, FIRST).found).toEqual(['doubled']);
});

test('doubled: delivered to a tab twice, live or in a history', () => {
  const story = new Story().call(FIRST).store(FIRST, 1).settle(FIRST, 'success').deliverAll(1, FIRST);
  const messages = [{ msg_id: 1, name: FIRST, from: 'alice' }];
  expect(story.report('bob.1', { what: 'delivered', by: 'history', epoch: 1, messages }).found).toEqual([
    'doubled',
  ]);
});

test('not doubled: delivered again after another login', () => {
  const story = new Story().call(FIRST).store(FIRST, 1).settle(FIRST, 'success').deliverAll(1, FIRST);
  story.report('bob.1', { what: 'joined', epoch: 2 });
  const messages = [{ msg_id: 1, name: FIRST, from: 'alice' }];
  expect(story.report('bob.1', { what: 'delivered', by: 'history', epoch: 2, messages }).found).toEqual([]);
});

test('doubled: a call settles twice', () => {
  const story = new Story().call(FIRST).store(FIRST, 1).deliverAll(1, FIRST);
  expect(story.settle(FIRST, 'success').settle(FIRST, 'success').found).toEqual(['doubled']);
});

test('swapped: stored in another order than sent', () => {
  const story = new Story().call(FIRST).call(SECOND).store(SECOND, 1).store(FIRST, 2);
  story.settle(FIRST, 'success').settle(SECOND, 'success').deliverAll(1, SECOND).deliverAll(2, FIRST);
  expect(story.found).toEqual(['swapped']);
});

test('swapped: delivered in another order than stored', () => {
  const story = new Story().call(FIRST).call(SECOND).store(FIRST, 1).store(SECOND, 2);
  story.settle(FIRST, 'success').settle(SECOND, 'success').deliverAll(1, FIRST);
  story.deliver('alice.2', 2, SECOND);
  expect(story.found).toEqual(['missed']);
  const late = 'alice.2/s1/group/0';
  story.report('alice.2', { what: 'called', name: late }).store(late, 3);
  story.report('alice.2', { what: 'settled', name: late, attempt: 0, as: 'success' });
  story.deliver('alice.1', 3, late).deliver('bob.1', 3, late).deliver('bob.1', 2, SECOND);
  expect(story.found).toEqual([]);
  const early = 'alice.1/s1/group/0';
  story.call(early).settle(early, 'success').deliver('alice.2', 0, early).deliver('bob.1', 0, early);
  story.history.stored.push({ name: early, msg_id: 0, at: JOINED_AT + 10 });
  expect(check(story.history)).toEqual([
    expect.objectContaining({ kind: 'swapped', what: expect.stringContaining(`bob.1 received ${early}`) }),
  ]);
});

test('not swapped: delivered late, since it was stored by a first try without an answer', () => {
  const story = new Story().call(FIRST).store(FIRST, 1).settle(FIRST, 'timeout').call(SECOND);
  story.store(SECOND, 2).settle(SECOND, 'success').deliver('bob.1', 1, FIRST).deliverAll(2, SECOND);
  story.report('alice.1', { what: 'retried', name: FIRST, attempt: 1 });
  story.settle(FIRST, 'success', 0, 1).deliver('alice.2', 1, FIRST);
  expect(story.found).toEqual([]);
});

test('not swapped: delivered late to an account with a reported time-out; the order for others stands', () => {
  const story = () => {
    const begun = new Story().call(FIRST).store(FIRST, 1).settle(FIRST, 'timeout').call(SECOND);
    return begun.store(SECOND, 2).settle(SECOND, 'success');
  };
  const late = story().deliver('alice.2', 2, SECOND).deliver('alice.2', 1, FIRST);
  expect(late.deliver('bob.1', 1, FIRST).deliver('bob.1', 2, SECOND).found).toEqual([]);
  const others = story().deliver('alice.2', 1, FIRST).deliver('alice.2', 2, SECOND);
  expect(others.deliver('bob.1', 2, SECOND).deliver('bob.1', 1, FIRST).found).toEqual(['swapped']);
});

test('denied: reported as failed, and stored', () => {
  const story = new Story().call(FIRST).store(FIRST, 1).settle(FIRST, 'failure', 880209).deliverAll(1, FIRST);
  expect(story.found).toEqual(['denied']);
});

test('not denied: sent again after the failure by a page that died before the answer', () => {
  const story = new Story().call(FIRST).settle(FIRST, 'failure', 880210);
  story.report('alice.2', { what: 'retried', name: FIRST, attempt: 1 }).store(FIRST, 1).deliverAll(1, FIRST);
  expect(story.goes('alice.2').found).toEqual([]);
});

test('denied: stored after it had timed out, but not before', () => {
  const late = new Story().call(FIRST).settle(FIRST, 'timeout').store(FIRST, 1).deliverAll(1, FIRST);
  expect(late.found).toEqual(['denied']);
  const early = new Story().call(FIRST).store(FIRST, 1).settle(FIRST, 'timeout').deliverAll(1, FIRST);
  expect(early.found).toEqual([]);
});

test('denied: cancelled, and stored', () => {
  const story = new Story().call(FIRST).report('alice.1', { what: 'cancelled', name: FIRST });
  expect(story.settle(FIRST, 'failure', 889010).store(FIRST, 1).deliverAll(1, FIRST).found).toEqual([
    'denied',
  ]);
});

test('a failure that was sent again counts by its last outcome', () => {
  const story = new Story().call(FIRST).settle(FIRST, 'timeout');
  story.report('alice.1', { what: 'retried', name: FIRST, attempt: 1 }).store(FIRST, 1).deliverAll(1, FIRST);
  expect(story.settle(FIRST, 'success', 0, 1).found).toEqual([]);
});

test('unsettled: a call of a tab that is open at the end', () => {
  expect(new Story().call(FIRST).store(FIRST, 1).deliverAll(1, FIRST).found).toEqual(['unsettled']);
});

test('missed: never delivered to an open tab', () => {
  const story = new Story().call(FIRST).store(FIRST, 1).settle(FIRST, 'success').deliver('bob.1', 1, FIRST);
  expect(story.found).toEqual(['missed']);
  expect(story.goes('alice.2').found).toEqual([]);
});

test('sockets: more than one for an account', () => {
  const story = new Story();
  story.history.peakSockets.set('alice', 1).set('bob', 2);
  expect(story.found).toEqual(['sockets']);
});

test('stray: stored, and not sent in this run', () => {
  expect(new Story().goes('alice.2').goes('bob.1').store('carol.1/s1/bob/9', 1).found).toEqual(['stray']);
});

test('stuck: a condition that never came true', () => {
  const story = new Story();
  story.history.stuck.push('quiet');
  expect(story.found).toEqual(['stuck']);
});
