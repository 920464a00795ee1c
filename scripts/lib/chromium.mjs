/** Finds or installs the Chromium for the browser tests. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findProgram, installFromDebian } from './debian.mjs';
import { inRoot } from './paths.mjs';
import { runNode } from './process.mjs';

/** Names under which systems install it, the most likely first. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
/** Its places on macOS and Windows, which are not on the PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** @returns {string | null} the path of an installed browser; JMESSAGE_CHROMIUM wins */
export function findChromium() {
  const named = process.env.JMESSAGE_CHROMIUM;
  if (named) return named;
  return findProgram(NAMES) ?? PLACES.find((file) => existsSync(file)) ?? null;
}

/** A package may be a stand-in that only names the real package, as Ubuntu's is. */
const runs = (file) => spawnSync(file, ['--version', '--no-sandbox'], { stdio: 'ignore' }).status === 0;

async function installFromPlaywright() {
  const { chromium } = await import('playwright-core');
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  console.log('Installing Chromium (playwright-core) …');
  const withDeps = process.getuid?.() === 0 ? ['--with-deps'] : [];
  const code = await runNode(inRoot('node_modules/playwright-core/cli.js'), [
    'install',
    ...withDeps,
    'chromium',
  ]);
  return code === 0 && existsSync(chromium.executablePath()) ? chromium.executablePath() : null;
}

/** @returns {Promise<string | null>} the path of a working browser, installed if necessary */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== null && runs(found)) return found;
  const installed = (await installFromDebian('chromium')) ? findChromium() : null;
  if (installed !== null && runs(installed)) return installed;
  return installFromPlaywright();
}
