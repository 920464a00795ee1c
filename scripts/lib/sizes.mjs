/** What a page has to load, against its budget: prints a table and says whether all of it fits. */
import { readFileSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';
import { inRoot } from './paths.mjs';

const KB = 1024;

/**
 * gzip -9 of each file. A file without a budget is shown only. The tab's was 8 KB when it was written in the language of today: that of 2017, and words for a worker that does not load,
 * take a little more. The worker's was 38 KB before it had the outbox, the history and the tokens to come back with, and 43 KB before it
 * kept what no page has been handed and told tabs of each other's changes. It is loaded once for all tabs, and by no page's main thread.
 */
const BUDGETS_BYTES = {
  'dist/jmessage-sdk-web.min.js': 9 * KB,
  'dist/jmessage-worker.min.js': 47 * KB,
  'dist/jmessage-polling.min.js': null,
  'dist/jmessage-engine3.min.js': null,
};

const inKb = (bytes) => `${(bytes / KB).toFixed(1)} KB`;

/** @returns {boolean} whether every file is within its budget */
export function reportSizes() {
  const rows = Object.entries(BUDGETS_BYTES).map(([file, budget]) => {
    const raw = readFileSync(inRoot(file));
    const gzip = gzipSync(raw, { level: constants.Z_BEST_COMPRESSION }).length;
    const over = budget !== null && gzip > budget;
    return {
      over,
      cells: [file, inKb(raw.length), inKb(gzip), budget === null ? '–' : inKb(budget), over ? 'OVER' : ''],
    };
  });
  const table = [['file', 'raw', 'gzip', 'budget', ''], ...rows.map((row) => row.cells)];
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
  for (const [name, ...sizes] of table) {
    console.log(
      [name.padEnd(widths[0]), ...sizes.map((cell, i) => cell.padStart(widths[i + 1]))].join('  ').trimEnd(),
    );
  }
  return rows.every((row) => !row.over);
}
