/** For the unit test, which is TypeScript. */
import type { Term } from './rules.mjs';
export function readGlossary(page: string): Term[];
