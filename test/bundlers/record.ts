/**
 * The table of the applications. `npm run test:consumers` writes its rows into `recorded.json`, and `npm test` prints those that it does not
 * run itself from there, with their date and commit.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { APPLICATIONS } from './applications.js';

/** Name, version, worker, host, second tab. */
export type Row = readonly string[];

interface Recorded {
  date: string;
  commit: string;
  rows: readonly Row[];
}

const FILE = new URL('./recorded.json', import.meta.url);
const HEAD: Row = ['bundler', 'version', 'worker', 'host', 'second tab', 'run'];

export const recorded = (): Recorded => JSON.parse(readFileSync(FILE, 'utf8'));

/** @param rows those of a run of every application */
export function record(rows: readonly Row[]): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const date = new Date().toISOString().slice(0, 10);
  // One row on a line, in the format of the repository.
  const lines = rows.map((row) => `    [${row.map((cell) => JSON.stringify(cell)).join(', ')}]`);
  const head = `  "date": "${date}",\n  "commit": "${commit}",\n`;
  writeFileSync(FILE, `{\n${head}  "rows": [\n${lines.join(',\n')}\n  ]\n}\n`);
}

/** @param rows those of this run @returns the table of all applications */
export function tableOf(rows: readonly Row[]): string {
  const { date, commit, rows: earlier } = recorded();
  const named = (from: readonly Row[], name: string) => from.find(([first]) => first === name);
  const body = APPLICATIONS.map(({ name }): Row => {
    const row = named(rows, name);
    if (row) return [...row, 'now'];
    return [...(named(earlier, name) ?? [name, '', '', '', 'not run']), `recorded ${date} at ${commit}`];
  });
  const all = [HEAD, ...body];
  const widths = HEAD.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const lines = all.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}
