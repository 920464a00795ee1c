/**
 * The codes with which the gateway refuses each request, read from its source. They are the codes that a handler names, and those of the
 * functions and constants that it uses.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { inRoot } from '../lib/paths.mjs';

const SOURCE = 'gateway/src';
const HANDLERS = `${SOURCE}/handlers/index.ts`;

/** @returns {Map<string, {handler: string, file: string, codes: string[]}>} by wire event; codes by their names in `CODES` */
export function readHandlers() {
  const modules = new Map(
    readdirSync(inRoot(SOURCE), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.posix.join(SOURCE, name.split(path.sep).join('/')))
      .map((file) => [file, readModule(file)]),
  );
  const table = modules.get(HANDLERS)?.declared.get('HANDLERS');
  if (!table) throw new Error(`${HANDLERS} has no table HANDLERS`);
  return new Map(
    table.init.properties.map(({ key, value }) => {
      const { file, name } = resolve(modules, HANDLERS, value.name);
      const codes = new Set();
      collect(modules, file, name, codes, new Set());
      codes.delete('success');
      return [key.name, { handler: name, file, codes: [...codes] }];
    }),
  );
}

/** The top-level declarations of a module, and the files of its imports. */
function readModule(file) {
  const { program } = parseSync(file, readFileSync(inRoot(file), 'utf8'));
  const declared = new Map();
  const imported = new Map();
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      const from = statement.source.value;
      if (!from.startsWith('.')) continue;
      const target = path.posix.join(path.posix.dirname(file), from.replace(/\.js$/, '.ts'));
      for (const { imported: name, local } of statement.specifiers) {
        if (name) imported.set(local.name, { file: target, name: name.name });
      }
      continue;
    }
    const declaration = statement.declaration ?? statement;
    if (declaration.type === 'VariableDeclaration') {
      for (const declarator of declaration.declarations) declared.set(declarator.id.name, declarator);
    } else if (declaration.id) declared.set(declaration.id.name, declaration);
  }
  return { declared, imported };
}

function resolve(modules, file, name) {
  const source = modules.get(file)?.imported.get(name);
  return source ? resolve(modules, source.file, source.name) : { file, name };
}

/** Follows names, not values: a code counts for every user of the function that names it. */
function collect(modules, file, name, codes, seen) {
  const id = `${file}#${name}`;
  const node = modules.get(file)?.declared.get(name);
  if (!node || seen.has(id) || node.type === 'ClassDeclaration') return;
  seen.add(id);
  const locals = localsOf(node);
  walk(node, (inner) => {
    if (inner.type === 'MemberExpression' && inner.object.name === 'CODES' && !inner.computed) {
      codes.add(inner.property.name);
    }
    if (inner.type === 'Identifier' && !locals.has(inner.name)) {
      const found = resolve(modules, file, inner.name);
      collect(modules, found.file, found.name, codes, seen);
    }
  });
}

/** Its own parameters and variables: their names have nothing to do with the module's declarations. */
function localsOf(node) {
  const locals = new Set();
  const bind = (pattern) =>
    walk(pattern, (inner) => {
      if (inner.type === 'Identifier') locals.add(inner.name);
    });
  walk(node, (inner) => {
    if (inner.params) bind(inner.params);
    if (inner.type === 'VariableDeclarator' && inner !== node) bind(inner.id);
  });
  return locals;
}

function walk(node, visit) {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, visit);
    return;
  }
  if (typeof node !== 'object' || node === null || node.type?.startsWith('TSType')) return;
  visit(node);
  for (const [key, child] of Object.entries(node)) {
    const isNameOnly = (key === 'property' || key === 'key') && !node.computed;
    if (key !== 'typeAnnotation' && !isNameOnly && typeof child === 'object') walk(child, visit);
  }
}
