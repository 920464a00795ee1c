/** For the test of docs/browsers.md. */
export const RUNS: Record<string, { suites: string[] }>;
export type Results = Record<
  string,
  { version: string; suites: Record<string, { passed: number; skipped: number }> }
>;
export function tableOf(results: Results): string;
