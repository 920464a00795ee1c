/** Reads the prose of a file: comments and test titles of sources, the whole of a Markdown page. */
import path from 'node:path';
import { parseSync } from 'vite';
import { blocksOf } from './sentences.mjs';

const TITLED = new Set(['test', 'it', 'describe', 'suite', 'bench']);
/** Comments that tools read. */
const DIRECTIVE =
  /^\s*(?:biome-ignore|@ts-|@vite-ignore|@__PURE__|#__PURE__|#region|#endregion|\/\s*<reference|v8 ignore)/;
const BLOCK_TAG = /^@(\w+)\s*/;

const lineOf = (text, offset) => text.slice(0, offset).split('\n').length;

/** Reduces `@param {type} name text` to its text, and drops the code of examples. */
function withoutTags(text) {
  let example = false;
  return text
    .replace(/[ \t]@(returns|param|throws)\b/g, '\n@$1')
    .split('\n')
    .map((line) => {
      const tag = BLOCK_TAG.exec(line.trim());
      if (tag === null) return example ? '' : line;
      example = tag[1] === 'example';
      if (example || tag[1] === 'typedef' || tag[1] === 'import' || tag[1] === 'type') return '';
      const rest = line
        .trim()
        .slice(tag[0].length)
        .replace(/^\{(?:[^{}]|\{[^{}]*\})*\}\s*/, '');
      const named =
        tag[1] === 'param' || tag[1] === 'typeParam' || tag[1] === 'template' || tag[1] === 'property';
      return `- ${named ? rest.replace(/^\[?[\w.$=]+\]?\s*(?:-\s*)?/, '') : rest}`;
    })
    .join('\n');
}

/** Joins consecutive line comments into one text. */
function joinLines(comments, source) {
  const joined = [];
  for (const comment of comments) {
    const last = joined.at(-1);
    const between = last === undefined ? '' : source.slice(last.end, comment.start);
    const follows = last?.type === 'Line' && comment.type === 'Line' && /^\s*\n\s*$/.test(between);
    if (follows && between.split('\n').length === 2) {
      last.value += `\n${comment.value}`;
      last.end = comment.end;
    } else {
      joined.push({ ...comment });
    }
  }
  return joined;
}

function* nodesOf(node) {
  if (Array.isArray(node)) {
    for (const each of node) yield* nodesOf(each);
  } else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') yield node;
    for (const value of Object.values(node)) if (typeof value === 'object') yield* nodesOf(value);
  }
}

/** `test`, `test.skip` and `test.each(…)` are all called "test". */
function calleeOf(node) {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MemberExpression') return calleeOf(node.object);
  if (node.type === 'CallExpression') return calleeOf(node.callee);
  if (node.type === 'TaggedTemplateExpression') return calleeOf(node.tag);
  return '';
}

function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked).join('`x`');
  return null;
}

function titlesOf(program, source) {
  const titles = [];
  for (const node of nodesOf(program)) {
    if (node.type !== 'CallExpression' || !TITLED.has(calleeOf(node.callee))) continue;
    const text = textOf(node.arguments[0]);
    if (text !== null) titles.push({ text, line: lineOf(source, node.arguments[0].start), kind: 'title' });
  }
  return titles;
}

function blocksOfComment(value, line) {
  if (DIRECTIVE.test(value)) return [];
  const bare = value.replace(/^\*/, '').replace(/^[ \t]*\*(?: |$)/gm, '');
  return blocksOf(withoutTags(bare), line);
}

function blocksOfScript(file, source) {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const texts = joinLines(comments, source);
  const blocks = texts.flatMap(({ value, start }) => blocksOfComment(value, lineOf(source, start)));
  return /\.(?:test|properties|bench)\.ts$/.test(file) ? [...blocks, ...titlesOf(program, source)] : blocks;
}

const blocksOfStyles = (_file, source) =>
  [...source.matchAll(/\/\*([\s\S]*?)\*\//g)].flatMap((match) =>
    blocksOfComment(match[1], lineOf(source, match.index)),
  );

const READERS = {
  '.ts': blocksOfScript,
  '.tsx': blocksOfScript,
  '.mts': blocksOfScript,
  '.mjs': blocksOfScript,
  '.js': blocksOfScript,
  '.css': blocksOfStyles,
  '.md': (_file, source) => blocksOf(source),
};

export const isProse = (file) => path.extname(file) in READERS;

/** @returns {import('./sentences.mjs').Block[]} */
export const readBlocks = (file, source) => READERS[path.extname(file)](file, source);
