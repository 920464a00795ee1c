/** Bundles the measured pages' scripts. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** @param names of `pages/` @returns the directory, for the caller to delete */
export async function buildPages(...names: string[]): Promise<string> {
  const outDir = await mkdtemp(path.join(os.tmpdir(), 'jmessage-bench-'));
  for (const name of names) {
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      build: {
        outDir,
        emptyOutDir: false,
        target: 'es2022',
        lib: {
          entry: fileURLToPath(new URL(`./pages/${name}.ts`, import.meta.url)),
          formats: ['iife'],
          name: 'bundle',
          fileName: () => `${name}.js`,
        },
      },
    });
  }
  return outDir;
}

const dist = (name: string) => readFile(new URL(`../../dist/${name}`, import.meta.url), 'utf8');

/** Copies of the published scripts that say how long they took: as marks of the page, and as a first message of the worker. */
export async function addTimedScripts(directory: string): Promise<void> {
  const [script, worker] = [await dist('jmessage-sdk-web.min.js'), await dist('jmessage-worker.min.js')];
  const timed = `performance.mark('begin');\n${script}\nperformance.mark('end');`;
  await writeFile(path.join(directory, 'timed-script.js'), timed);
  await writeFile(
    path.join(directory, 'timed-worker.js'),
    `${worker}\nonconnect = ({ ports: [port] }) => port.postMessage(0);`,
  );
}
