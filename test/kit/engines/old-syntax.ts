/** The tests' own code, for a browser of the run that is years old. */
import { ENGINE } from './engine.js';

/** Whether the browser of the run needs it. */
export const IS_OLD = ENGINE === 'chromium-66' || ENGINE === 'chromium-80';

/** The version of Chrome that all of it is for. */
export const OLDEST = 66;
export const OLD_TARGET = `chrome${OLDEST}`;

/** @returns the script in the syntax of that time */
export async function lowered(script: string): Promise<string> {
  const { transformWithOxc } = await import('vite');
  const { code } = await transformWithOxc(script, 'script.js', { target: OLD_TARGET, sourcemap: false });
  return code;
}
