/** The suites by name, in the order in which they run. */
import type { Bench } from '../measure.js';
import { gateway } from './gateway.js';
import { memory } from './memory.js';
import { receiving } from './receiving.js';
import { sends } from './sends.js';
import { soak } from './soak.js';
import { start } from './start.js';
import { storage } from './storage.js';
import { tabs } from './tabs.js';

export const SUITES: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  sends,
  receiving,
  start,
  storage,
  memory,
  soak,
  tabs,
  gateway,
};
