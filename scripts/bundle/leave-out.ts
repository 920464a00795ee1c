/**
 * Leaves out of a bundle what the runtime never uses of its libraries: parts that no bundler can see are unused, since they hang on
 * classes and prototypes. What is left out is data (`unused.ts`). It is matched in the syntax tree, by name, and a name that a library no
 * longer has fails the build: then somebody has to look at that library again.
 */
import type { Plugin } from 'vite';

/** What is not needed of one module. */
export interface Unused {
  /** The end of the module's path. */
  module: string;
  /** The text of a whole module to have in its stead. */
  instead?: string;
  /** Methods and functions that are not called by anything. */
  remove?: readonly string[];
  /** Methods and functions that are called, but have nothing to do: they do nothing and return nothing. */
  empty?: readonly string[];
  /** Statements that begin with this, in the whole module. */
  statements?: readonly string[];
}

/** As much of a syntax tree's node as is looked at. */
interface Node {
  type: string;
  start: number;
  end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* nodesOf(child);
}

const property = (node: Node, name: string): unknown => Reflect.get(node, name);

function nameOf(node: Node): unknown {
  const named = property(node, node.type === 'MethodDefinition' ? 'key' : 'id');
  return isNode(named) ? property(named, 'name') : undefined;
}

/** The braces of a method or function. */
function bodyOf(node: Node): Node | null {
  const owner = node.type === 'MethodDefinition' ? property(node, 'value') : node;
  const body = isNode(owner) ? property(owner, 'body') : null;
  return isNode(body) ? body : null;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

function editsOf(unused: Unused, code: string, root: Node, missing: Set<string>): Edit[] {
  const edits: Edit[] = [];
  for (const node of nodesOf(root)) {
    const { start, end } = node;
    if (node.type === 'MethodDefinition' || node.type === 'FunctionDeclaration') {
      const name = nameOf(node);
      const body = bodyOf(node);
      if (typeof name !== 'string' || body === null) continue;
      if (unused.remove?.includes(name)) edits.push({ start, end, text: '' });
      else if (unused.empty?.includes(name)) edits.push({ start: body.start, end: body.end, text: '{}' });
      else continue;
      missing.delete(name);
    } else if (node.type.endsWith('Statement')) {
      const begin = unused.statements?.find((text) => code.startsWith(text, start));
      if (begin === undefined) continue;
      edits.push({ start, end, text: ';' });
      missing.delete(begin);
    }
  }
  return edits;
}

/** From the end, so that the places of what is to come stay right; of edits in one another the outer one counts. */
function apply(code: string, edits: Edit[]): string {
  let result = code;
  const outer = edits.filter(
    (edit) => !edits.some((o) => o !== edit && o.start <= edit.start && edit.end <= o.end),
  );
  for (const { start, end, text } of outer.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + text + result.slice(end);
  }
  return result;
}

export function leaveOut(list: readonly Unused[]): Plugin {
  const unseen = new Set(list);
  return {
    name: 'leave-out',
    enforce: 'pre',
    transform(code, id) {
      const unused = list.find(({ module }) => id.endsWith(`/node_modules/${module}`));
      if (unused === undefined) return null;
      unseen.delete(unused);
      if (unused.instead !== undefined) return { code: unused.instead, map: null };
      const missing = new Set([
        ...(unused.remove ?? []),
        ...(unused.empty ?? []),
        ...(unused.statements ?? []),
      ]);
      const edits = editsOf(unused, code, this.parse(code), missing);
      if (missing.size > 0) {
        this.error(`${unused.module} has no ${[...missing].join(', ')} any more: look through it again`);
      }
      return { code: apply(code, edits), map: null };
    },
    generateBundle() {
      if (unseen.size === 0) return;
      const modules = [...unseen].map(({ module }) => module).join(', ');
      this.error(`not in the bundle any more, so that nothing can be left out of it: ${modules}`);
    },
  };
}
