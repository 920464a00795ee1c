/** The panel for developers: whether it is open. A developer leaves it open, so the browser remembers it. */
import { rememberInspector } from './remember.js';
import { update } from './store.js';

export function showInspector(inspector: boolean): void {
  rememberInspector(inspector);
  update({ inspector });
}
