/** Which browser tests are about which method or listener, read from their titles. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { inRoot } from '../lib/paths.mjs';

const TESTS = 'test/browser';
const TEST_CALLS = new Set(['test', 'it', 'describe']);

/**
 * @param {string[]} names
 * @returns {Map<string, string[]>} by name: the test files that name it in a title, from the root
 */
export function readTests(names) {
  const found = new Map(names.map((name) => [name, []]));
  const files = readdirSync(inRoot(TESTS), { recursive: true }).filter((file) => file.endsWith('.test.ts'));
  for (const file of files.map((name) => path.posix.join(TESTS, name.split(path.sep).join('/'))).sort()) {
    const titles = titlesOf(file).map((title) => title.match(/\w+/g) ?? []);
    for (const name of names) if (titles.some((words) => isAbout(words, name))) found.get(name)?.push(file);
  }
  return found;
}

/** `login` is a word like others, unless a title begins with it. */
const isAbout = (words, name) => (/[A-Z]/.test(name) ? words.includes(name) : words[0] === name);

/** Titles, and the texts of the tables that `each` fills into them. */
function titlesOf(file) {
  const { program } = parseSync(file, readFileSync(inRoot(file), 'utf8'));
  const titles = [];
  visit(program, (node) => {
    if (node.type !== 'CallExpression') return;
    const [title] = node.arguments;
    if (TEST_CALLS.has(rootOf(node.callee)) && title) visit(title, (inner) => titles.push(...textOf(inner)));
  });
  return titles;
}

/** `test` of `test.each(…)`. */
function rootOf(node) {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MemberExpression') return rootOf(node.object);
  return node.type === 'CallExpression' ? rootOf(node.callee) : '';
}

function textOf(node) {
  if (node.type === 'Literal' && typeof node.value === 'string') return [node.value];
  return node.type === 'TemplateElement' ? [node.value.raw] : [];
}

function visit(node, use) {
  if (Array.isArray(node)) for (const one of node) visit(one, use);
  else if (typeof node === 'object' && node !== null) {
    use(node);
    for (const child of Object.values(node)) if (typeof child === 'object') visit(child, use);
  }
}
