/**
 * `npm run release:version`: the changesets of `.changeset/` become the next version and its entry in the changelog.
 * `npm run release:publish`: tests and publishes that version, unless the registry has it.
 *
 * The command line of changesets leaves out the root package of a repository with workspaces, so these tasks call its libraries.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import applyReleasePlan from '@changesets/apply-release-plan';
import assembleReleasePlan from '@changesets/assemble-release-plan';
import { parse } from '@changesets/config';
import readChangesets from '@changesets/read';
import { ROOT } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';

/** Files that repeat the version, since a bundler has to read it there. */
const WITH_VERSION = ['src/protocol/tab-worker/worker-address.ts', 'src/client/worker-link/hosts/bundled.ts'];

/** A CommonJS package has its function under `default`. */
const functionOf = (library) => library.default ?? library;

const manifestIn = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** @returns {Promise<string | null>} the new version, or null without changesets */
export async function nextVersion(folder = ROOT) {
  const packageJson = manifestIn(folder);
  const root = { dir: folder, packageJson };
  const packages = { tool: 'root', root, packages: [root] };
  const config = parse(
    JSON.parse(readFileSync(path.join(folder, '.changeset/config.json'), 'utf8')),
    packages,
  );
  const changesets = await functionOf(readChangesets)(folder);
  if (changesets.length === 0) return null;
  const old = packageJson.version;
  const plan = functionOf(assembleReleasePlan)(changesets, packages, config);
  await functionOf(applyReleasePlan)(plan, packages, config);
  const { version } = manifestIn(folder);
  for (const file of WITH_VERSION) {
    const place = path.join(folder, file);
    writeFileSync(place, readFileSync(place, 'utf8').replaceAll(old, version));
  }
  return version;
}

/** @returns {Promise<number>} exit code */
export async function releaseVersion() {
  const version = await nextVersion();
  console.log(version === null ? 'There are no changesets.' : `The next version is ${version}.`);
  return version === null ? 0 : run('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund']);
}

function isPublished({ name, version }) {
  try {
    return execFileSync('npm', ['view', `${name}@${version}`, 'version'], { encoding: 'utf8' }).trim() !== '';
  } catch (error) {
    // Any other failure of the registry has to stop the release.
    if (String(error.stderr).includes('E404')) return false;
    throw error;
  }
}

/** The provenance has to name the repository, which a fork's manifest would not. */
function namesOfRepository({ GITHUB_SERVER_URL, GITHUB_REPOSITORY }) {
  if (!GITHUB_REPOSITORY) return [];
  const url = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
  return [
    'repository.type=git',
    `repository.url=git+${url}.git`,
    `homepage=${url}#readme`,
    `bugs.url=${url}/issues`,
  ];
}

/** @returns {Promise<number>} exit code */
export async function releasePublish() {
  const manifest = manifestIn(ROOT);
  if (isPublished(manifest)) {
    console.log(`${manifest.name} ${manifest.version} is published already.`);
    return 0;
  }
  const names = namesOfRepository(process.env);
  const steps = [
    ['.ci/run', []],
    ...(names.length > 0 ? [['npm', ['pkg', 'set', ...names]]] : []),
    ['npm', ['publish', '--provenance', '--access', 'public']],
  ];
  for (const [program, args] of steps) {
    const code = await run(program, args);
    if (code !== 0) return code;
  }
  // The action makes a release on GitHub of this line.
  console.log(`New tag: v${manifest.version}`);
  return 0;
}
