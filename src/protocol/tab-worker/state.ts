/** The state of a tab without an account. */
import type { StateSnapshot } from '../api/state.js';

export const IDLE: StateSnapshot = { state: 'idle', connected: false, synced: false, tabs: 0 };
