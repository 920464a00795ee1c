/** The part of `runProject`'s result that a second run needs. */
export interface ProjectResult {
  passed: number;
  failed: number;
  failures: string[];
  failedFiles?: string[];
  again?: (files: string[]) => Promise<{ failed: number }>;
}
export function repeatFailed(results: ProjectResult[]): Promise<(ProjectResult & { flaky?: string[] })[]>;
