/**
 * An error as the log may have it. A database's error repeats what it was given: the query's parameters, the row that was in the way. Of it
 * remain its code and names from the schema; what people wrote stays out of the log.
 */
interface DatabaseError extends Error {
  code?: unknown;
  severity?: unknown;
  routine?: unknown;
  table?: unknown;
  column?: unknown;
  constraint?: unknown;
}

const isDatabaseError = (error: Error): error is DatabaseError =>
  'severity' in error || 'routine' in error || 'query' in error || 'params' in error;

const MAX_CAUSES = 3;

export function safeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name: type, stack = '', cause } = error;
  const where = stack
    .split('\n')
    .filter((line) => /^ +at /.test(line))
    .join('\n');
  const causedBy = cause instanceof Error && depth < MAX_CAUSES ? { cause: safeError(cause, depth + 1) } : {};
  if (isDatabaseError(error)) {
    const { code, table, column, constraint, routine } = error;
    return { type, code, table, column, constraint, routine, stack: where, ...causedBy };
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  return { type, message: error.message, code, syscall, stack: where, ...causedBy };
}
