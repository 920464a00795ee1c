/**
 * The names of sources in the maps of `dist/`. The tools write them relative to the folder of the build, which is moved afterwards.
 * Each map of a script has its sources' text. The sources of declarations are in the package.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

/** @param {string} folder the build's folder, which becomes `dist/` */
export function nameSources(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith('.map')) continue;
    const file = path.join(folder, name);
    const map = JSON.parse(readFileSync(file, 'utf8'));
    const home = path.dirname(inRoot('dist', name));
    map.sources = map.sources.map((source) =>
      path
        .relative(home, path.resolve(path.dirname(file), source))
        .split(path.sep)
        .join('/'),
    );
    writeFileSync(file, JSON.stringify(map));
  }
}
