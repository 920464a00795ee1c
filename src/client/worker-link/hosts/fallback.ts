/** The parts that a tab loads only after its SharedWorker is missing, has failed or was replaced. */
export { hostAt, newestIn, successorOf } from './addresses.js';
export { LeaderHost } from './leader-host.js';
export { whyNot, wrongScript } from './why-not.js';
