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

function* privateNames(node: Node): Generator<Node> {
  if (node.type === 'PrivateIdentifier') yield node;
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* privateNames(child);
}

/** `#name` becomes the property `$_name`. A WeakMap for each would make the script half as large again. */
function withProperties(code: string, root: Node): string {
  let result = code;
  for (const { start } of [...privateNames(root)].sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + MARK + result.slice(start + 1);
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
