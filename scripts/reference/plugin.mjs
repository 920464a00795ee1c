/** The departures of this reference from the defaults of TypeDoc. */
import { Converter, ReflectionKind } from 'typedoc';

/** Its page would repeat every area. */
const WITHOUT_INHERITED = 'JMessageApi';
/** Handlers of a lower priority run later. */
const AFTER_TYPEDOC = -10_000;

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(
    Converter.EVENT_RESOLVE_END,
    ({ project }) => {
      for (const reflection of project.getReflectionsByKind(ReflectionKind.Interface)) {
        // The words of an interface are about it, not about those that extend it.
        if (reflection.comment?.inheritedFromParentDeclaration) reflection.comment = undefined;
        if (reflection.name !== WITHOUT_INHERITED) continue;
        for (const child of [...(reflection.children ?? [])]) project.removeReflection(child);
        reflection.groups = undefined;
      }
    },
    AFTER_TYPEDOC,
  );
}
