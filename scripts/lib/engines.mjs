/** Finds or installs the engines beside Chromium, with what drives them. */
import { spawnSync } from 'node:child_process';
import { findProgram, installFromDebian } from './debian.mjs';

/**
 * Each engine has the Debian packages that hold it, its programs by their names, and a question that it answers with its version. `program` is the one
 * that is started. WebKit's version is that of the library, which the browser of the tests is a script over.
 */
const ENGINES = {
  firefox: {
    packages: ['firefox-esr'],
    programs: { program: ['firefox-esr', 'firefox'] },
    version: ({ program }) => [program, '--version'],
  },
  webkit: {
    packages: ['webkit2gtk-driver', 'xvfb', 'gir1.2-webkit2-4.1', 'python3-gi'],
    programs: { program: ['WebKitWebDriver'], display: ['Xvfb'], python: ['python3'] },
    version: ({ python }) => [python, '-c', LIBRARY],
  },
};

const LIBRARY = `
import gi
gi.require_version("WebKit2", "4.1")
from gi.repository import WebKit2 as w
print(w.get_major_version(), w.get_minor_version(), w.get_micro_version(), sep=".")`;

/** @returns {Record<string, string> | null} */
function pathsOf(programs) {
  const found = Object.entries(programs).map(([name, names]) => [name, findProgram(names)]);
  return found.some(([, file]) => file === null) ? null : Object.fromEntries(found);
}

/** @returns {string | null} its version, if its programs are there and work */
function versionOf({ programs, version }) {
  const paths = pathsOf(programs);
  if (paths === null) return null;
  const [program, ...args] = version(paths);
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout.replace(/^\D*/, '').trim() : null;
}

/** @param {'firefox' | 'webkit'} name @returns {Record<string, string>} the paths of its programs */
export function programsOf(name) {
  const found = pathsOf(ENGINES[name].programs);
  if (found === null) throw new Error(missing(name));
  return found;
}

const missing = (name) =>
  `${name} is not there and could not be installed: apt-get install ${ENGINES[name].packages.join(' ')}`;

/**
 * Installs it if necessary.
 * @param {'firefox' | 'webkit'} name
 * @returns {Promise<{ version: string } | { missing: string }>} its version, or the reason for its absence
 */
export async function ensureEngine(name) {
  const engine = ENGINES[name];
  if (versionOf(engine) === null) await installFromDebian(...engine.packages);
  const version = versionOf(engine);
  return version === null ? { missing: missing(name) } : { version };
}
