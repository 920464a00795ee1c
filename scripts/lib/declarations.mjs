/**
 * The package's declarations: one file, `index.d.ts`, with what can be reached from it and nothing else.
 *
 * The compiler emits a declaration file for each module, internal ones included. Here the public ones are put together: every module declares
 * names of its own, so that their imports of each other can go. Indentation by tabs makes the file a tenth smaller.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `import … from './x.js';` and `export type * from './x.js';`, which only say where a name comes from. */
const LINK = /^(?:import|export)(?: type)? (?:\*|\{[^}]*\}) from '(\.[^']*)\.js';\n/gm;
/** The comment that opens a module: it describes the module and none of its declarations. */
const HEADER = /^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?=import|export (?:type )?\*|\n|\/\*\*)/;
/** A frozen table of constants. */
const CONSTANTS = /declare const (\w+): \{((?:\n(?: {4}\/\*\*.*| {4}readonly \w+: \d+;))+\n)\};/g;
/** A comment without paragraphs or lists fits on one line. */
const COMMENT = /^( *)\/\*\*\n((?: +\*(?!\/| -)[^\n]*[^\n*]\n)+) +\*\/$/gm;
const INDENT = /^( {4})+/gm;

/** @param folder the compiler's output */
export function bundleDeclarations(folder) {
  const entry = path.join(folder, 'index.d.ts');
  const seen = new Set();
  const parts = [];
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, target] of text.matchAll(LINK)) visit(path.join(path.dirname(file), `${target}.d.ts`));
    parts.push(compact(text));
  };
  visit(entry);
  for (const name of readdirSync(folder, { recursive: true })) {
    if (name.endsWith('.d.ts')) rmSync(path.join(folder, name));
  }
  writeFileSync(entry, parts.join(''));
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
