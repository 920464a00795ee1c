/** The applications of `npm run test:consumers` that need no packages beyond this repository's: Vite, and a page without a bundler. */
import { expect, test } from 'vitest';
import { APPLICATIONS } from '../bundlers/applications.js';
import { recorded } from '../bundlers/record.js';
import { testApplications } from '../bundlers/table.js';

testApplications(APPLICATIONS.filter(({ isOwn }) => isOwn));

test('the record has a row of every application, in which a second tab joins', () => {
  expect(recorded().rows.map((row) => [row[0], row.at(-1)])).toEqual(
    APPLICATIONS.map(({ name }) => [name, 'joins']),
  );
});
