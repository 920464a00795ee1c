/** The text of each example of `examples.ts`. */
import { readFileSync } from 'node:fs';
import { parseSync } from 'vite';
import { inRoot } from '../lib/paths.mjs';

const FILE = 'scripts/reference/examples.ts';

/** @returns {Map<string, string>} the lines of an example, by the name of its method */
export function readExamples() {
  const text = readFileSync(inRoot(FILE), 'utf8');
  const { program } = parseSync(FILE, text);
  const declared = program.body
    .flatMap((statement) => statement.declaration?.declarations ?? [])
    .find(({ id }) => id.name === 'EXAMPLES');
  return new Map(
    declared.init.properties.map(({ key, value }) => {
      const lines = text.slice(value.body.start + 1, value.body.end - 1).split('\n');
      const inside = lines.filter((line) => line.trim() !== '');
      const indent = Math.min(...inside.map((line) => line.search(/\S/)));
      return [key.name, inside.map((line) => line.slice(indent)).join('\n')];
    }),
  );
}
