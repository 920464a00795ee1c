/** The departures of this reference from the defaults of TypeDoc. */
import { CommentTag, Converter, ReflectionKind } from 'typedoc';
import { readExamples } from './examples.mjs';

/** Its page would repeat every area. */
const WITHOUT_INHERITED = 'JMessageApi';
/** Their methods are the page's; the methods of a value are explained where the value is. */
const AREA = /^(?!JMessage)\w+Api$/;
/** Handlers of a lower priority run later. */
const AFTER_TYPEDOC = -10_000;

/** @param {import('typedoc').Application} app */
export function load(app) {
  const examples = readExamples();
  app.converter.on(
    Converter.EVENT_RESOLVE_END,
    ({ project }) => {
      for (const reflection of project.getReflectionsByKind(ReflectionKind.Interface)) {
        // The words of an interface are about it, not about those that extend it.
        if (reflection.comment?.inheritedFromParentDeclaration) reflection.comment = undefined;
        if (AREA.test(reflection.name))
          for (const method of reflection.children ?? []) addExample(method, examples);
        if (reflection.name !== WITHOUT_INHERITED) continue;
        for (const child of [...(reflection.children ?? [])]) project.removeReflection(child);
        reflection.groups = undefined;
      }
    },
    AFTER_TYPEDOC,
  );
}

/** The declarations have no examples, since each page and editor would load them. */
function addExample(method, examples) {
  if (method.signatures === undefined) return;
  const example = examples.get(method.name);
  if (example === undefined) throw new Error(`scripts/reference/examples/ has none for ${method.name}`);
  const [signature] = method.signatures;
  const text = `\`\`\`ts\n${example}\n\`\`\``;
  signature.comment?.blockTags.unshift(new CommentTag('@example', [{ kind: 'code', text }]));
}
