/**
 * The model of a walk differs by host in a few points alone. Which runtimes are there at a time, and what ends them? What is left after the
 * last tab? Each host has steps of its own.
 */
import { expect } from 'vitest';
import type { HostKind } from '../../../../src/protocol/index.js';
import type { World } from '../../fakes/world.js';
import type { Member, WalkRecord } from './record.js';

export interface Stage {
  readonly world: World;
  readonly record: WalkRecord;
  /** Ends a tab: closed by its user, or without a word. */
  end(member: Member, how: 'leave' | 'crash'): void;
  /** Another tab logs in. */
  open(username: string): void;
  /** The browser freezes a tab, with its worker. */
  freeze(member: Member): Promise<void>;
}

export interface HostModel {
  readonly kind: HostKind;
  /** A worker ends with a tab, so own messages may arrive late in any walk. */
  readonly endsWithTabs: boolean;
  /** Its pages freeze together with their workers. */
  readonly freezes: boolean;
  /** A page with this host may enter the back/forward cache. */
  readonly isCached: boolean;
  /** How many sockets there may be, those of logins included. */
  maxSockets(users: number, tabs: number): number;
  killWorker(world: World): void;
  /** @returns a step of this host's own; undefined: the walk takes one that all hosts know */
  step(stage: Stage): (() => void | Promise<void>) | undefined;
  /** Holds after each step. */
  check(stage: Pick<Stage, 'world' | 'record'>): void;
  /** Holds once every tab has gone, beside the invariants of all hosts. */
  checkEnd(world: World): void;
}

/** Those whose code runs. */
const living = ({ workers }: World) => workers.filter(({ alive, isIdle }) => alive && !isIdle);

/** One worker for all, whatever tab goes. */
const shared: HostModel = {
  kind: 'shared',
  endsWithTabs: false,
  freezes: false,
  isCached: true,
  maxSockets: (users) => users + 1,
  killWorker: (world) => world.worker.kill(),
  step: () => undefined,
  check: ({ world }) => {
    if (living(world).length > 1) throw new Error('more than one SharedWorker');
  },
  checkEnd({ worker, locks }) {
    expect(worker.timers).toBe(0);
    expect(worker.stores).toBe(0);
    expect(locks.held).toEqual([worker.lock]);
  },
};

/** A busy browser takes as long, so messages of a worker and of its successor overlap. */
const LATE_MS = 60;
const OWN_STEPS = 0.15;
const FREEZES = 0.2;

/** The application demands a new worker: its tab takes the lead by force. */
function restart(record: WalkRecord, { tab }: Member): void {
  record.trail.push(`${tab.id} restart`);
  tab.restart();
}

/** One worker for all, which ends with the tab that leads. */
const leader: HostModel = {
  kind: 'leader',
  endsWithTabs: true,
  freezes: true,
  isCached: true,
  maxSockets: (users) => users + 1,
  killWorker: (world) => living(world).at(-1)?.kill(),
  step({ world, record, end, freeze }) {
    const { random, broadcasts } = world;
    if (!random.chance(OWN_STEPS)) return undefined;
    const roll = random.below(100);
    const present = record.members.filter(({ away }) => !away);
    const leading = present.find(({ tab }) => tab.host.own);
    const member = random.pick(present);
    if (roll < 50 && member) {
      const visible = random.chance(0.5);
      return () => {
        record.trail.push(`${visible ? 'show' : 'hide'} ${member.tab.id}`);
        member.tab.look(visible);
      };
    }
    if (roll < 65) {
      const lateMs = random.chance(0.5) ? random.below(LATE_MS) : 0;
      return () => {
        record.trail.push(`messages are up to ${lateMs} ms late`);
        broadcasts.lateMs = lateMs;
      };
    }
    if (roll < 75) {
      const frozen = (random.chance(0.5) && leading) || member;
      return frozen && (() => freeze(frozen));
    }
    if (roll < 85) return member && (() => restart(record, member));
    return leading && (() => end(leading, roll < 93 ? 'leave' : 'crash'));
  },
  check({ world }) {
    const workers = living(world);
    // A tab that has lost the lead still has its worker until it learns of that.
    if (workers.length > 1 && !world.locks.isLossLate('jmessage:leader:'))
      throw new Error(`${workers.length} leading tabs have a worker`);
  },
  checkEnd: (world) => nothingIsLeft(world),
};

/** A runtime for each tab. The tab that logs in last takes its account over, with everything that is on the disk. */
const page: HostModel = {
  kind: 'page',
  endsWithTabs: true,
  freezes: true,
  isCached: false,
  maxSockets: (users, tabs) => users + tabs,
  killWorker: () => undefined,
  step({ world: { random }, record, end, open, freeze }) {
    if (!random.chance(OWN_STEPS)) return undefined;
    if (random.chance(FREEZES)) {
      const frozen = random.pick(record.members.filter(({ away }) => !away));
      return frozen && (() => freeze(frozen));
    }
    const member = random.pick(record.members.filter(({ tab }) => tab.isLogin));
    const username = member?.tab.client.getState().username;
    if (!member || username === undefined) return undefined;
    const how = random.chance(0.5) ? 'leave' : 'crash';
    const isReload = random.chance(0.6);
    return () => {
      if (isReload) end(member, how);
      open(username);
    };
  },
  check({ world, record }) {
    if (living(world).length > record.members.length) throw new Error('a runtime outlives its page');
  },
  checkEnd: (world) => nothingIsLeft(world),
};

function nothingIsLeft(world: World): void {
  expect(living(world)).toEqual([]);
  expect(world.locks.held).toEqual([]);
  expect(world.broadcasts.open).toBe(0);
  expect(world.clock.pending).toBe(0);
}

export const HOST_MODELS: Record<HostKind, HostModel> = { shared, leader, page };
