/** Reads the types of `src/` with the comments that stand beside them: the shapes, and what each method answers. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { inRoot } from '../lib/paths.mjs';

const FOLDERS = ['src/protocol', 'src/protocol/methods', 'src/client'];

/**
 * @typedef {{name: string, optional: boolean, type: string, doc: string}} Field
 * @returns {{shapes: Map<string, {doc: string, fields: Field[]}>, answers: Map<string, {answer: Field[], second: string}>}}
 */
export function readTypes() {
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(inRoot(folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => parse(path.posix.join(folder, name))),
  );
  const shapes = new Map();
  for (const source of sources) {
    for (const [name, node] of source.declared) {
      if (node.type === 'TSInterfaceDeclaration' || node.type === 'ClassDeclaration') {
        shapes.set(name, shapeOf(node, source));
      }
      if (node.type === 'TSTypeAliasDeclaration' && isChoice(node.typeAnnotation)) {
        shapes.set(name, choiceOf(node, source));
      }
    }
  }
  const answers = new Map();
  for (const source of sources) {
    for (const [name, node] of source.declared) {
      const table = name.endsWith('_METHODS') ? literal(node.init) : undefined;
      for (const { key, value } of table?.properties ?? [])
        answers.set(key.name, answerOf(value, source, shapes));
    }
  }
  return { shapes, answers };
}

function parse(file) {
  const text = readFileSync(inRoot(file), 'utf8');
  const { program, comments } = parseSync(file, text);
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  const declared = new Map();
  const starts = new Map();
  for (const statement of program.body) {
    const declaration = statement.declaration ?? statement;
    starts.set(declaration, statement.start);
    for (const one of declaration.declarations ?? [declaration])
      if (one.id?.name) declared.set(one.id.name, one);
  }
  return {
    declared,
    textOf: (start, end) => text.slice(start, end),
    /** The comment that ends right before the node. */
    docOf(node) {
      const start = starts.get(node) ?? node.start;
      // A member of a union has its bar in between.
      const doc = docs.findLast(({ end }) => end <= start && /^\s*\|?\s*$/.test(text.slice(end, start)));
      return doc ? doc.value.replace(/^\s*\*+ ?/gm, '').trim() : '';
    },
  };
}

function shapeOf(declaration, source) {
  const { body, extends: bases = [] } = declaration;
  const inherited = bases.map(({ expression, typeArguments }) => ({
    name: expression.name,
    args: (typeArguments?.params ?? []).map(({ start, end }) => source.textOf(start, end)),
  }));
  return { doc: line(source.docOf(declaration)), inherited, fields: fieldsOf(body.body, source) };
}

const isChoice = ({ type, types }) =>
  type === 'TSUnionType' && types.every((one) => one.type === 'TSLiteralType' && one.literal.value);

/** One of several words; each is explained by its own comment or in a list in that of them all. */
function choiceOf(declaration, source) {
  const doc = source.docOf(declaration);
  const listed = new Map([...doc.matchAll(/^- `(\w+)` +(.*)$/gm)].map(([, word, text]) => [word, text]));
  const choices = declaration.typeAnnotation.types.map((type) => {
    const { value } = type.literal;
    return { name: `'${value}'`, doc: line(listed.get(value) ?? source.docOf(type)) };
  });
  return { doc: listed.size > 0 ? '' : line(doc), inherited: [], fields: [], choices };
}

/** Methods of a class have their signature for a type, what is only read the type that it has. */
const fieldsOf = (members, source) =>
  members.flatMap((member) => {
    if (member.key?.type !== 'Identifier' || member.static) return [];
    const { name, end: nameEnd } = member.key;
    const annotation = member.typeAnnotation?.typeAnnotation;
    const type = annotation
      ? source.textOf(annotation.start, annotation.end)
      : member.kind === 'get'
        ? source.textOf(nameEnd, member.value.body.start).replace(/^\(\)/, '')
        : source.textOf(nameEnd, member.value?.body?.start ?? member.end);
    return [{ name, optional: member.optional === true, type: tidy(type), doc: line(source.docOf(member)) }];
  });

/** @returns the fields of a shape, those that it inherits first */
export function fieldsOfShape(shapes, name) {
  const shape = shapes.get(name);
  if (!shape) return [];
  const inherited = shape.inherited.flatMap((base) => {
    if (base.name !== 'Omit') return fieldsOfShape(shapes, base.name);
    const [of = '', without = ''] = base.args;
    return fieldsOfShape(shapes, of).filter((field) => !without.includes(`'${field.name}'`));
  });
  const own = new Set(shape.fields.map((field) => field.name));
  return [...inherited.filter((field) => !own.has(field.name)), ...shape.fields];
}

function answerOf(row, source, shapes) {
  const answer = typeArgument(propertyOf(row, 'answer', source));
  const second = typeArgument(propertyOf(row, 'second', source));
  const textOf = ({ start, end }) => tidy(source.textOf(start, end));
  const fields = answer?.type === 'TSTypeLiteral' ? fieldsOf(answer.members, source) : undefined;
  return {
    answer: fields ?? (answer ? fieldsOfShape(shapes, textOf(answer)) : []),
    second: second ? textOf(second) : '',
  };
}

/** The type that `typeOf<…>()` carries. */
const typeArgument = (call) => call?.typeArguments?.params[0];

/**
 * What a row's property is written as, through the spreads, constants and functions of its module that rows are put together from.
 * @param bound the arguments of the functions that were gone into
 */
function propertyOf(node, name, source, bound = new Map()) {
  const row = evaluate(node, source, bound);
  if (row?.type !== 'ObjectExpression') return undefined;
  for (const property of row.properties.toReversed()) {
    if (property.type === 'SpreadElement') {
      const found = propertyOf(property.argument, name, source, row.bound ?? bound);
      if (found) return found;
    } else if (property.key.name === name) return evaluate(property.value, source, row.bound ?? bound);
  }
  return undefined;
}

function evaluate(node, source, bound) {
  switch (node?.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return evaluate(node.expression, source, bound);
    case 'Identifier':
      return bound.has(node.name)
        ? bound.get(node.name)
        : evaluate(source.declared.get(node.name)?.init, source, bound);
    case 'MemberExpression':
      return propertyOf(node.object, node.property.name, source, bound);
    case 'CallExpression': {
      const called = source.declared.get(node.callee.name);
      if (called?.type !== 'FunctionDeclaration') return node;
      const args = called.params.map((param, place) => [
        param.name,
        evaluate(node.arguments[place], source, bound),
      ]);
      const returned = called.body.body.find(({ type }) => type === 'ReturnStatement')?.argument;
      const value = evaluate(returned, source, bound);
      return value && { ...value, bound: new Map(args) };
    }
    default:
      return node;
  }
}

const literal = (node) => {
  const value = evaluate(node, { declared: new Map() }, new Map());
  return value?.type === 'ObjectExpression' ? value : undefined;
};

const line = (text) => text.replace(/\s+/g, ' ');

/** One line, without comments and without what only the compiler needs. */
const tidy = (text) =>
  line(text.replace(/\/\*\*.*?\*\//gs, ''))
    .replace(/ \| undefined\b/g, '')
    .replace(/; \}/g, ' }')
    .replace(/;$/, '')
    .trim();
