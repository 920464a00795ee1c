/**
 * Leaves unused parts of libraries out of a bundle. No bundler can see that they are unused, because they belong to classes and prototypes.
 * The list is data (`unused.ts`). Names are matched in the syntax tree. A name that a library no longer has fails the build, and a person
 * has to read that library again.
 */
import type { Plugin } from 'vite';

/** The unused parts of one module. */
export interface Unused {
  /** The end of the module's path. */
  module: string;
  /** The text that replaces the whole module. */
  instead?: string;
  /** Methods and functions that no code calls. */
  remove?: readonly string[];
  /** Methods and functions that are called and may have an empty body. */
  empty?: readonly string[];
  /** The beginnings of unused statements, anywhere in the module. */
  statements?: readonly string[];
}

/** The fields of a syntax tree's node that this plugin reads. */
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

/** Edits from the end, so that earlier offsets stay valid. Of nested edits the outer one counts. */
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
        this.error(`${unused.module} no longer has ${[...missing].join(', ')}: read that library again`);
      }
      return { code: apply(code, edits), map: null };
    },
    generateBundle() {
      if (unseen.size === 0) return;
      const modules = [...unseen].map(({ module }) => module).join(', ');
      this.error(`no longer in the bundle, so nothing can be left out of them: ${modules}`);
    },
  };
}
