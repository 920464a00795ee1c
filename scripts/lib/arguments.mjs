/** Reads the command line of a command by its row in `commands.mjs`. Plain Node: a fresh clone has no packages yet. */
import { parseArgs } from 'node:util';

const HELP = { help: { type: 'boolean', short: 'h' } };

/**
 * @param {object} command its row of the table
 * @param {string[]} args
 * @returns {{ isHelp: true } | { problem: string } | { values: Record<string, unknown>, words: string[] }}
 */
export function readArguments({ options = {}, words: expected, check = () => undefined }, args) {
  const types = Object.entries(options).map(([name, { value, short, many = false }]) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', multiple: many, ...(short && { short }) },
  ]);
  let read;
  try {
    read = parseArgs({ args, options: { ...Object.fromEntries(types), ...HELP }, allowPositionals: true });
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    // Further sentences explain Node's own rules.
    return { problem: `${error.message.split(/\. |\n/)[0].replace(/\.$/, '')}.` };
  }
  if (read.values.help) return { isHelp: true };
  const problem = problemOfWords(read.positionals, expected) ?? problemOfValues(read.values, options);
  if (problem !== undefined) return { problem };
  const values = Object.entries(options).map(([name, option]) => [
    name,
    readValue(read.values[name], option),
  ]);
  const given = Object.fromEntries(values);
  const fault = check(given);
  return fault === undefined ? { values: given, words: read.positionals } : { problem: fault };
}

function problemOfWords(words, expected) {
  if (expected === undefined) return words.length > 0 ? `Unknown argument '${words[0]}'.` : undefined;
  const { many = false, choices } = expected;
  if (!many && words.length > 1) return `Unknown argument '${words[1]}'.`;
  const wrong = choices && words.find((word) => !choices.includes(word));
  return wrong === undefined ? undefined : `Unknown ${expected.name} '${wrong}'.`;
}

function problemOfValues(values, options) {
  for (const [name, { number, whole = false, choices }] of Object.entries(options)) {
    const value = values[name];
    if (value === undefined) continue;
    if (choices && !choices.includes(value)) return `--${name} is one of ${choices.join(', ')}.`;
    if (number === undefined) continue;
    const isRight =
      value.trim() !== '' && Number(value) >= number && (!whole || Number.isInteger(Number(value)));
    if (!isRight) return `--${name} is a ${whole ? 'whole ' : ''}number from ${number}.`;
  }
}

const readValue = (value, option) =>
  value === undefined ? option.default : option.number === undefined ? value : Number(value);

/** @returns {string} the usage of a command, with a line for each option */
export function usageOf(name, { about, options = {}, words }) {
  const shown = Object.entries(options).filter(([, { hidden }]) => !hidden);
  const written = shown.map(([option, { value, many }]) => {
    const text = value === undefined ? `--${option}` : `--${option} ${value}`;
    return { option, text: `[${text}]${many ? ' …' : ''}` };
  });
  const expected = words && `[${(words.choices ?? [words.name]).join(' | ')}]${words.many ? ' …' : ''}`;
  const parts = [...(expected ? [expected] : []), ...written.map(({ text }) => text)];
  const lines = shown.map(([option, { value, about: purpose, short, default: usual }]) => {
    const label = `${short ? `-${short}, ` : ''}--${option}${value === undefined ? '' : ` ${value}`}`;
    return `  ${label.padEnd(LABEL_WIDTH)}  ${purpose}${usual === undefined ? '' : ` (default: ${usual})`}`;
  });
  const head = [`usage: npm run ${name}`, ...(parts.length > 0 ? ['--', ...parts] : [])].join(' ');
  return [head, '', about, ...(lines.length > 0 ? ['', ...lines] : [])].join('\n');
}

const LABEL_WIDTH = 30;
