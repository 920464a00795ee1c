/**
 * The page of the examples. Beside it each area of the API has a file with an example for each method and listener. The reference shows their
 * text; the compiler checks it, and no program runs it.
 */
import type JMessage from '../../../src/index.js';
import type { AuthPayload } from '../../../src/protocol/index.js';

export declare const JIM: JMessage;
declare const input: HTMLInputElement;
export declare const auth: () => Promise<AuthPayload>;
export declare const show: (...values: unknown[]) => void;

const [chosen] = input.files ?? [];
if (!chosen) throw new Error('no file');
export const file = chosen;
