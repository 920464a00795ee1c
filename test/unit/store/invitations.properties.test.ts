/** Waiting invitations against a model of the server. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventNotification } from '../../../src/index.js';
import { type FakeClient, open, settled } from './fake-client.js';
import { interleave, type Step, type Thread } from './interleave.js';

/** The life of an invitation: it arrives, and may be answered here, in another tab, by another keeper, or by an acceptance elsewhere. */
const INVITED = {
  friend: (name: string) => ({ event_type: 5, extra: 1, from_username: name, from_appkey: 'app' }),
  member: (name: string, event_id: number) => ({
    event_type: 56,
    event_id,
    gid: 7,
    from_username: name,
    from_appkey: 'app',
    to_usernames: [{ username: name, appkey: 'app' }],
  }),
};

const users = (username: string) => ({ to_usernames: [{ username, appkey: 'app' }] });
const told =
  (event: object): ((fake: FakeClient) => void) =>
  (fake) =>
    fake.emit('onEventNotification', event as EventNotification);

const ANSWERS = {
  friend: [
    (name: string) =>
      told({ event_type: 5, extra: 2, return_code: 0, from_username: name, from_appkey: 'app' }),
    (name: string) => told({ event_type: 100, extra: 5, ...users(name) }),
    (name: string) => (fake: FakeClient) =>
      fake.emit('onInvitationAnswer', { username: name, appkey: 'app' }),
  ],
  member: [
    (name: string) => told({ event_type: 10, gid: 7, ...users(name) }),
    (name: string) => told({ event_type: 58, gid: 7, ...users(name) }),
    (name: string, event_id: number) => (fake: FakeClient) =>
      fake.emit('onInvitationAnswer', { username: name, appkey: 'app', gid: 7, event_id }),
  ],
};

const invitations = fc.array(
  fc.record({
    kind: fc.constantFrom('friend' as const, 'member' as const),
    /** Of three ways to be answered, or none. */
    answer: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 8 },
);

test('any order of invitations, answers and lists of the server leaves those that wait', async () => {
  await fc.assert(
    fc.asyncProperty(
      invitations,
      fc.nat({ max: 4 }),
      fc.infiniteStream(fc.nat()),
      async (all, lists, picks) => {
        const opened = open();
        const { fake, store } = opened;
        const server = new Map<string, EventNotification>();
        fake.getInvitations = async () => {
          // The list is of the moment of the request, and arrives later.
          const events = [...server.values()];
          await settled();
          return { events };
        };
        await settled();
        const threads = all.map(({ kind, answer }, i): Thread => {
          const name = `user${i}`;
          const event = INVITED[kind](name, i) as EventNotification;
          const arrives: Step = () => {
            server.set(name, event);
            fake.emit('onEventNotification', event);
          };
          const end = ANSWERS[kind][answer];
          const leaves: Step = () => {
            server.delete(name);
            end?.(name, i)(fake);
          };
          return end ? [arrives, leaves] : [arrives];
        });
        const reconnects: Step = async () => {
          fake.setState({ connected: false });
          fake.setState({ connected: true });
          await settled();
        };
        await interleave([...threads, Array(lists).fill(reconnects)], picks, opened);
        await settled();
        const waiting = store.invitations.getSnapshot().map(({ username, kind }) => `${username} ${kind}`);
        const expected = all.flatMap(({ kind, answer }, i) => (answer === 3 ? [`user${i} ${kind}`] : []));
        expect(waiting.sort()).toEqual(expected.sort());
      },
    ),
    { numRuns: 60 },
  );
});
