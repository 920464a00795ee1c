/**
 * The maps of the package's declarations, so that "go to definition" ends in the source. The compiler maps the file of each module. A bundle has
 * the names of its modules in their order. So its map takes the source of each name from the map of its module.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { addMapping, GenMapping, toEncodedMap } from '@jridgewell/gen-mapping';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';

/** Comments and strings, which have no names, or else a name. */
const NAME = /\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|"[^"\n]*"|([A-Za-z_$][\w$]*)/g;
/** A frozen table of constants gets the one for the many others. */
const [ADDED, REMOVED] = ['Readonly', 'readonly'];

/**
 * @param {string} entry path of the bundle
 * @param {{file: string, text: string, bundled: string}[]} modules the path and text of each module's declarations, without their links to other
 *   modules, and its part of the bundle
 * @param {number} firstLine lines of the bundle before the first part
 * @returns {string} the bundle's map
 */
export function mapOfBundle(entry, modules, firstLine) {
  const map = new GenMapping({ file: path.basename(entry) });
  let line = firstLine;
  for (const { file, text, bundled } of modules) {
    const traced = new TraceMap(readFileSync(`${file}.map`, 'utf8'));
    const from = namesIn(text);
    for (const name of namesIn(bundled)) {
      const declared = next(from, name.name);
      if (declared === undefined) {
        if (name.name === ADDED) continue;
        throw new Error(`${file} does not declare ${name.name} in the place that its bundle has`);
      }
      const { source, ...original } = originalPositionFor(traced, declared.place);
      if (source === null) continue;
      addMapping(map, {
        generated: { line: line + name.place.line, column: name.place.column },
        original,
        source: path.relative(path.dirname(entry), path.resolve(path.dirname(file), source)),
      });
    }
    line += bundled.split('\n').length - 1;
  }
  return JSON.stringify(toEncodedMap(map));
}

/** Takes the next name off the list. @returns undefined if it is another one */
function next(names, wanted) {
  if (names[0]?.name !== wanted && names[0]?.name === REMOVED) names.shift();
  return names[0]?.name === wanted ? names.shift() : undefined;
}

/** The names of a text in order, with their lines from 1 and their columns from 0. */
function namesIn(text) {
  const names = [];
  let [line, start, seen] = [1, 0, 0];
  for (const { 0: whole, 1: name, index } of text.matchAll(NAME)) {
    for (let at = text.indexOf('\n', seen); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
      line += 1;
      start = at + 1;
    }
    seen = index;
    if (name !== undefined) names.push({ name: whole, place: { line, column: index - start } });
  }
  return names;
}
