/**
 * Lowers the syntax of the project's own sources. Android's web views, and the browsers inside of other applications, are often years old.
 */
import { type Plugin, transformWithOxc } from 'vite';

/** Begins the names of properties that were private. The minifier shortens them, and only them: libraries have names with `_`. */
const MARK = '$_';
export const WAS_PRIVATE = /^\$_/;

interface Node {
  type: string;
  start: number;
  end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

type Class = Node & { superClass: Node | null; body: Node & { body: (Node & { key?: Node })[] } };
type Name = Node & { name: string };

const isClass = (node: Node): node is Class =>
  node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
const isPrivate = (node: Node | undefined): node is Name => node?.type === 'PrivateIdentifier';

/**
 * The properties of a class. Most classes share a few names, which a compressed file repeats at little cost. A class with a superclass has
 * names of its own, since both write to one object.
 */
function propertiesOf({ superClass, body }: Class): Map<string, string> {
  const names = new Set(body.body.flatMap(({ key }) => (isPrivate(key) ? [key.name] : [])));
  return new Map([...names].map((name, index) => [name, `${MARK}${superClass ? name : index}`]));
}

/** Every private name in the source, with the property that replaces it. */
function* privateNames(
  node: Node,
  properties: ReadonlyMap<string, string>,
): Generator<{ name: Name; property: string }> {
  const inside = isClass(node) ? new Map([...properties, ...propertiesOf(node)]) : properties;
  if (isPrivate(node)) yield { name: node, property: inside.get(node.name) ?? '' };
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* privateNames(child, inside);
}

/** `#name` becomes a property. A WeakMap for each would make the script half as large again. */
function withProperties(code: string, root: Node): string {
  let result = code;
  const names = [...privateNames(root, new Map())].sort((a, b) => b.name.start - a.name.start);
  for (const { name, property } of names) {
    result = result.slice(0, name.start) + property + result.slice(name.end);
  }
  return result;
}

export const oldSyntax = (target: string): Plugin => ({
  name: 'old-syntax',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('.ts')) return null;
    return transformWithOxc(withProperties(code, this.parse(code, { lang: 'ts' })), id, {
      target,
      assumptions: { setPublicClassFields: true },
      typescript: { removeClassFieldsWithoutInitializer: true },
      tsconfig: false,
    });
  },
});
