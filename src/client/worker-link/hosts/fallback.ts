/** The parts that a tab loads only after its SharedWorker is missing or has failed. */
export { LeaderHost } from './leader-host.js';
export { whyNot } from './why-not.js';
