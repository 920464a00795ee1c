/** The files of the package: the worker's address is known if the bundler has left it as it is. */
import { expect, test } from 'vitest';
import { bundledFiles } from '../../../../src/client/worker-link/hosts/bundled.js';

test('an address that the bundler has left is known, so that a warning can name it', () => {
  expect(bundledFiles.url).toBe(new URL('../../../../src/worker/entry.js', import.meta.url).href);
});
