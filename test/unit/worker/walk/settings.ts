/** The kinds of walks. */
import type { HostKind } from '../../../../src/protocol/index.js';
import type { World } from '../../fakes/world.js';

/** Enough for all tries of a full queue, and for a session's extended idle time-out. */
export const CALM_MS = 900_000;
/** A busy browser takes as long. */
const LOSS_LATE_MS = 60;

export interface WalkSettings {
  host: HostKind;
  /** Logins ask for the history. */
  roaming: boolean;
  /** No frame is lost, no worker dies, and no tab is cached. */
  gentle: boolean;
  /** The server has none of the gateway's extensions. */
  stock: boolean;
  /** A holder learns late that another one has taken its lock by force. */
  lateLosses: boolean;
}

/** Two that believe to hold a lock answer each other. If their messages took no time, they would do so for ever in one moment. */
export function makeLossesLate(world: World): void {
  world.locks.lossLateMs = LOSS_LATE_MS;
  world.broadcasts.latencyMs = 1;
  world.broadcastLatencyMs = 1;
}
