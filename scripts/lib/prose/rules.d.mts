/** For the unit test, which is TypeScript. */
export interface Term {
  use: string;
  pattern: RegExp;
}
export function problemsOf(
  file: string,
  source: string,
  glossary: Term[],
): { line: number; text: string; problem: string }[];
