/** Compares the files that a page loads with their budgets, and prints a table. */
import { readFileSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';
import { inRoot } from './paths.mjs';

const KB = 1024;

/**
 * gzip -9 of each file. A file without a budget is only shown.
 *
 * The tab's budget was 8 KB for modern syntax. The syntax of 2017 took it to 9 KB, and the choice of a host to 9.5 KB. Comlink as published,
 * without edits of its source at build time, took it to 10.25 KB. The active tab and the snapshot took it to
 * 10.75 KB. The way to the worker of another build, or to the successor of a wedged one, took it to 11.75 KB. Each tab needs
 * it, since the older page is the one that follows. Link and class in files of one purpose took it to 12.5 KB.
 * A log-out that holds though its page is left in the same turn took it to 12.9 KB.
 *
 * The worker's budget was 38 KB before outbox, history and resume tokens. It was 43 KB before undelivered pushes and changes by other tabs, and
 * 47 KB before leading tabs and the wait for a socket's close. Libraries without edits at build time, and ordered sends, took it to 49 KB. The
 * snapshot, the active tab and the hand-over between builds took it to 49.5 KB. Web views from Chrome 80 on took it to
 * 50.5 KB. Events that are gathered in a burst, and pages that log in to one account at once, took it to 50.75 KB.
 * A send that is not delayed by a long sync took it to 51 KB. Private names that classes share brought it back to 50.75 KB.
 * Sent messages that reach the other tabs though their worker dies took it to 51.25 KB, and answers that travel together to 51.5 KB.
 *
 * The worker is loaded once for all tabs, and never by a page's main thread. The page host's file is the same runtime, for pages without any worker.
 */
const BUDGETS_BYTES = {
  'dist/jmessage-sdk-web.min.js': 12.9 * KB,
  'dist/jmessage-worker.min.js': 51.5 * KB,
  'dist/jmessage-fallback.min.js': null,
  'dist/jmessage-page.min.js': null,
  'dist/jmessage-polling.min.js': null,
  'dist/jmessage-engine3.min.js': null,
};

/**
 * Declarations, in bytes as they are. The package's own file is below 60 KB. More than half of it is documentation, which every field keeps.
 *
 * The store and the two frameworks have a budget of their own, since an application chooses to import them. Together with the package's own file
 * they would be 69 KB. The declarations of `testing` have none, since an application's own program never reads them.
 */
const DECLARATIONS_BUDGETS_BYTES = {
  'dist/index.d.ts': 61_440,
  'dist/{store,react,vue}/index.d.ts': 11_000,
};

const inKb = (bytes) => `${(bytes / KB).toFixed(1)} KB`;

const gzipped = (raw) => gzipSync(raw, { level: constants.Z_BEST_COMPRESSION }).length;

/** The files of a name like `a/{b,c}/d`. */
function namesIn(files) {
  const [start, choices, end = ''] = files.split(/[{}]/);
  return choices === undefined ? [files] : choices.split(',').map((choice) => `${start}${choice}${end}`);
}

function rowOf(file, raw, budget, measure) {
  const over = budget !== null && measure(raw) > budget;
  return {
    over,
    cells: [
      file,
      inKb(raw.length),
      inKb(gzipped(raw)),
      budget === null ? '–' : inKb(budget),
      over ? 'OVER' : '',
    ],
  };
}

/** @returns {boolean} whether every file is within its budget */
export function reportSizes() {
  const rows = Object.entries(BUDGETS_BYTES).map(([file, budget]) =>
    rowOf(file, readFileSync(inRoot(file)), budget, gzipped),
  );
  for (const [files, budget] of Object.entries(DECLARATIONS_BUDGETS_BYTES)) {
    const declared = namesIn(files).map((name) => readFileSync(inRoot(name)));
    rows.push(rowOf(files, Buffer.concat(declared), budget, ({ length }) => length));
  }
  const table = [['file', 'raw', 'gzip', 'budget', ''], ...rows.map((row) => row.cells)];
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
  for (const [name, ...sizes] of table) {
    console.log(
      [name.padEnd(widths[0]), ...sizes.map((cell, i) => cell.padStart(widths[i + 1]))].join('  ').trimEnd(),
    );
  }
  return rows.every((row) => !row.over);
}
