/** The methods and listeners as their declarations have them: area, guide section, codes. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { inRoot } from '../lib/paths.mjs';

const FOLDER = 'src/protocol/api';

/**
 * @typedef {{name: string, page: string, fails: number[], isAddition: boolean, isListener: boolean}} Declared
 * @returns {Declared[]}
 */
export function readDeclared() {
  return readdirSync(inRoot(FOLDER))
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => declaredIn(path.posix.join(FOLDER, name)));
}

function declaredIn(file) {
  const text = readFileSync(inRoot(file), 'utf8');
  const { program, comments } = parseSync(file, text);
  const page = path.basename(file, '.ts');
  return program.body
    .map((statement) => statement.declaration)
    .filter(
      (node) => node?.type === 'TSInterfaceDeclaration' && /^(?!JMessage|Instance)\w+Api$/.test(node.id.name),
    )
    .flatMap((node) =>
      node.body.body.map((member) => {
        const doc = comments.findLast(({ end }) => end <= member.start)?.value ?? '';
        const [, codes = ''] = /@fails ([\d ]+)/.exec(doc) ?? [];
        return {
          name: member.key.name,
          page,
          fails: codes.trim().split(' ').filter(Boolean).map(Number),
          isAddition: doc.includes('@addition'),
          isListener: node.id.name === 'ListenersApi',
        };
      }),
    );
}
