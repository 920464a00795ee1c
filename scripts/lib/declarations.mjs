/**
 * The package's declarations. The compiler emits a declaration file for each module, internal ones included. Those that no entry of the package
 * reaches are removed.
 *
 * `index.d.ts` is one file. Each module behind it declares names of its own, so that the imports between these modules can go. Indentation by
 * tabs makes it a tenth smaller. The other entries, such as `store`, keep a file for each module and import the API from `index.d.ts`.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `import … from './x.js';` and `export type * from './x.js';`, which only say where a name comes from. */
const LINK = /^(?:import|export)(?: type)? (?:\*|\{[^}]*\}) from '(\.[^']*)\.js';\n/gm;
/** Any mention of another module, also as `import("./x.js").Name`. */
const MENTION = /(?:from |import\()['"](\.[^'"]*)\.js['"]/g;
/** The comment that opens a module: it describes the module and none of its declarations. */
const HEADER = /^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?=import|export (?:type )?\*|\n|\/\*\*)/;
/** A frozen table of constants. */
const CONSTANTS = /declare const (\w+): \{((?:\n(?: {4}\/\*\*.*| {4}readonly \w+: \d+;))+\n)\};/g;
/** A comment without paragraphs or lists fits on one line. */
const COMMENT = /^( *)\/\*\*\n((?: +\*(?!\/| -)[^\n]*[^\n*]\n)+) +\*\/$/gm;
const INDENT = /^( {4})+/gm;

/**
 * @param folder the compiler's output
 * @param entries declaration files of the entries beside `index.d.ts`, relative to it
 */
export function bundleDeclarations(folder, entries) {
  const entry = path.join(folder, 'index.d.ts');
  const parts = [];
  walk(entry, LINK, new Set(), (text) => parts.push(compact(text)));
  const kept = new Set([entry]);
  for (const other of entries) walk(path.join(folder, other), MENTION, kept);
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = path.join(folder, name);
    if (name.endsWith('.d.ts') && !kept.has(file)) rmSync(file);
  }
  writeFileSync(entry, parts.join(''));
}

/** Visits a declaration file after those that it mentions, each once. */
function walk(file, mention, seen, visit = () => undefined) {
  if (seen.has(file)) return;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, target] of text.matchAll(mention)) {
    walk(path.join(path.dirname(file), `${target}.d.ts`), mention, seen, visit);
  }
  visit(text);
}

const compact = (text) =>
  text
    .replace(HEADER, '')
    .replace(LINK, '')
    .replace(/^export \{\};\n/gm, '')
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
    .replace(INDENT, (spaces) => '\t'.repeat(spaces.length / 4));
