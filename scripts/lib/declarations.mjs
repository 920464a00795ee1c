/**
 * The package's declarations. The compiler emits a declaration file for each module, internal ones included. Each entry of the package becomes
 * one file of the modules that it reaches. It imports from other entries and from its framework alone.
 *
 * Each module declares names of its own, so that the imports between the modules of a file can go. Indentation by tabs makes it a tenth smaller.
 * A map beside the file leads each name to its source, which the package has.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mapOfBundle } from './declaration-maps.mjs';

/** `import … from './x.js';` and `export type * from './x.js';`, which only say where a name comes from. */
const LINK = /^(?:import|export)(?: type)? (?:\*|\{([^}]*)\}) from '(\.[^']*)\.js';\n/gm;
/** The comment that opens a module: it describes the module and none of its declarations. */
const HEADER = /^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?=import|export (?:type )?\*|\n|\/\*\*)/;
/** A frozen table of constants. */
const CONSTANTS = /declare const (\w+): \{((?:\n(?: {4}\/\*\*.*| {4}readonly \w+: \d+;))+\n)\};/g;
/** A comment without paragraphs or lists fits on one line. */
const COMMENT = /^( *)\/\*\*\n((?: +\*(?!\/| -)[^\n]*[^\n*]\n)+) +\*\/$/gm;
/** A field with a comment of one line: both stand on one line, like the rows of a table. */
const FIELD = /^(\t+\/\*\* .* \*\/)\n\t+(\w+\??: [^{}\n]+;)$/gm;
const FIELD_WIDTH = 120;
const INDENT = /^( {4})+/gm;
const NO_EXPORT = /^export \{\};\n/gm;
const MAP_ADDRESS = /^\/\/# sourceMappingURL=.*\n?/gm;

/**
 * @param folder the compiler's output
 * @param entries declaration files of the entries, relative to it
 */
export function bundleDeclarations(folder, entries) {
  const files = entries.map((name) => path.join(folder, name));
  const bundles = files.map((file) => ({ file, ...bundleOf(file, files) }));
  for (const name of readdirSync(folder, { recursive: true })) {
    if (/\.d\.ts(?:\.map)?$/.test(name)) rmSync(path.join(folder, name));
  }
  for (const { file, text, map } of bundles) {
    // An empty file would be no module.
    writeFileSync(file, text ? `${text}//# sourceMappingURL=${path.basename(file)}.map\n` : 'export {};\n');
    if (text) writeFileSync(`${file}.map`, map);
  }
}

/** The modules that an entry reaches, each after those that it mentions. */
function bundleOf(entry, entries) {
  const parts = [];
  const seen = new Set();
  const imports = new Map();
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, names, target] of text.matchAll(LINK)) {
      const from = path.join(path.dirname(file), `${target}.d.ts`);
      if (entries.includes(from)) imports.set(from, [...(imports.get(from) ?? []), ...names.split(/[\s,]+/)]);
      else visit(from);
    }
    parts.push({ file, text: withoutLinks(text), bundled: compact(text) });
  };
  visit(entry);
  const heads = [...imports].map(([from, names]) => importOf(entry, from, names));
  const text = [...heads, ...parts.map(({ bundled }) => bundled)].join('');
  return { text, map: mapOfBundle(entry, parts, heads.length) };
}

/** The names that stay have their places. */
const withoutLinks = (text) =>
  [LINK, NO_EXPORT, MAP_ADDRESS].reduce(
    (rest, pattern) => rest.replace(pattern, (gone) => gone.replace(/[^\n]/g, ' ')),
    text,
  );

function importOf(entry, from, names) {
  const unique = [...new Set(names)].filter((name) => name !== '' && name !== 'type').sort();
  const target = path
    .relative(path.dirname(entry), from)
    .split(path.sep)
    .join('/')
    .replace(/\.d\.ts$/, '.js');
  return `import type { ${unique.join(', ')} } from '${target}';\n`;
}

const compact = (text) =>
  text
    .replace(HEADER, '')
    .replace(LINK, '')
    .replace(NO_EXPORT, '')
    .replace(MAP_ADDRESS, '')
    .replace(/ \{\n\}$/gm, ' {}')
    .replace(
      CONSTANTS,
      (_, name, members) => `declare const ${name}: Readonly<{${members.replaceAll('readonly ', '')}}>;`,
    )
    .replace(
      COMMENT,
      (_, indent, lines) =>
        `${indent}/** ${lines
          .replace(/^ +\* /gm, '')
          .trim()
          .replaceAll('\n', ' ')} */`,
    )
    .replace(INDENT, (spaces) => '\t'.repeat(spaces.length / 4))
    .replace(FIELD, (lines, comment, field) => {
      const line = `${comment} ${field}`;
      return line.length > FIELD_WIDTH ? lines : line;
    });
