/** `npm run test:consumers`: every application. `JMESSAGE_BUNDLERS` is the folder in which the bundlers are installed. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { APPLICATIONS } from './applications.js';
import { testApplications } from './table.js';

const home = process.env.JMESSAGE_BUNDLERS ?? '';

testApplications(APPLICATIONS, home);

test('the bundlers are those of package.json', async () => {
  const { dependencies } = JSON.parse(await readFile(new URL('./package.json', import.meta.url), 'utf8'));
  expect(JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8')).dependencies).toEqual(
    dependencies,
  );
});
