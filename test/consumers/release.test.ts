/** `npm run release:version` on a copy of the files that it changes. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { nextVersion } from '../../scripts/tasks/release.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WITH_VERSION = [
  'package.json',
  'src/protocol/tab-worker/worker-address.ts',
  'src/client/worker-link/hosts/bundled.ts',
];

test('the changesets become the next version in each file that repeats it, and an entry of the changelog', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'jmessage-release-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const read = (file: string) => readFile(path.join(folder, file), 'utf8');
  for (const file of [...WITH_VERSION, '.changeset', 'CHANGELOG.md']) {
    await cp(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  }
  const { version: old } = JSON.parse(await read('package.json'));
  await cp(
    fileURLToPath(new URL('changeset.md', import.meta.url)),
    path.join(folder, '.changeset/another-change.md'),
  );
  const version = await nextVersion(folder);
  expect(version).not.toBe(old);
  for (const file of WITH_VERSION) {
    const text = await read(file);
    expect(text, file).toContain(version);
    expect(text, file).not.toContain(old);
  }
  const changelog = await read('CHANGELOG.md');
  expect(changelog).toContain(`# jmessage-runtime\n\n## ${version}`);
  expect(changelog).toContain('A change that a user notices.');
  expect(await nextVersion(folder)).toBe(null);
});
