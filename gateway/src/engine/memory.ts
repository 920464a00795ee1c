/** The engine of a single process: there are no other nodes, so nothing has to be said or asked. */
import type { Engine } from './engine.js';

export const memoryEngine: Engine = {
  isShared: false,
  isUp: true,
  nodes: 1,
  publish() {},
  announce: () => Promise.resolve(),
  listen() {},
  onGap() {},
  enter() {},
  leave() {},
  elsewhere: () => Promise.resolve([]),
  enterRoom() {},
  leaveRoom() {},
  roomMembers: (roomIds, local) => Promise.resolve(roomIds.map(local)),
  limiter: (local) => local,
  uploads: (local) => local,
  remember() {},
  remembers: () => Promise.resolve(false),
  close: () => Promise.resolve(),
};
