/** Calls whose parameters were checked against their method's row, typed by method. */
import {
  type Call,
  type CheckedParamsOf,
  CODES,
  check,
  type conversationId,
  type Extras,
  type Failure,
  failure,
  LOCAL_METHODS,
  type LocalName,
  type LocalRow,
  METHODS,
  type MethodName,
  type MethodRow,
  type Methods,
} from '../../protocol/worker.js';

export type CheckedCall<M extends MethodName = MethodName> = {
  [N in M]: {
    kind: 'method';
    method: N;
    step: Methods[N] extends { step: infer S } ? S : undefined;
    params: CheckedParamsOf<Methods[N]>;
    row: MethodRow;
    call: Call;
  };
}[M];

/** A call of a method that is answered without the server. */
export interface LocalCall {
  kind: 'local';
  method: LocalName;
  params: Parameters<typeof conversationId>[0] & { extras?: Extras };
}

export type Checked = CheckedCall | LocalCall | { kind: 'refused'; error: Failure };

const METHOD_ROWS: Readonly<Record<string, MethodRow>> = METHODS;
const LOCAL_ROWS: Readonly<Record<string, LocalRow>> = LOCAL_METHODS;

export const rowOf = ({ method }: Pick<Call, 'method'>): MethodRow | undefined =>
  Object.hasOwn(METHOD_ROWS, method) ? METHOD_ROWS[method] : undefined;
const localRowOf = ({ method }: Call): LocalRow | undefined =>
  Object.hasOwn(LOCAL_ROWS, method) ? LOCAL_ROWS[method] : undefined;

export function checkCall(call: Call): Checked {
  const { method } = call;
  const row = rowOf(call);
  const local = localRowOf(call);
  const schema = local?.params ?? row?.params;
  if (schema === undefined) {
    return { kind: 'refused', error: failure(CODES.invalidParameter, `no such method: ${method}`) };
  }
  const checked = schema ? check(schema, call.params ?? {}, method) : { ok: true as const, value: {} };
  if (!checked.ok) return { kind: 'refused', error: checked.error };
  const params = checked.value;
  // The one cast: the schema of this method's row has checked the parameters.
  return (
    row ? { kind: 'method', method, step: row.step, params, row, call } : { kind: 'local', method, params }
  ) as Checked;
}
