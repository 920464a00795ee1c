/** The text of each example of `examples/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'vite';
import { inRoot } from '../lib/paths.mjs';

const FOLDER = 'scripts/reference/examples';

/** @returns {Map<string, string>} the lines of an example, by the name of its method */
export const readExamples = () =>
  new Map(readdirSync(inRoot(FOLDER)).flatMap((name) => examplesIn(`${FOLDER}/${name}`)));

function examplesIn(file) {
  const text = readFileSync(inRoot(file), 'utf8');
  const { program } = parseSync(file, text);
  const declared = program.body
    .flatMap((statement) => statement.declaration?.declarations ?? [])
    .find(({ id }) => id.name === 'EXAMPLES');
  return (declared?.init.properties ?? []).map(({ key, value }) => {
    const lines = text.slice(value.body.start + 1, value.body.end - 1).split('\n');
    const inside = lines.filter((line) => line.trim() !== '');
    const indent = Math.min(...inside.map((line) => line.search(/\S/)));
    return [key.name, inside.map((line) => line.slice(indent)).join('\n')];
  });
}
