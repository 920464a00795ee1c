/** Reads parameters out of the method table's schemas: names, types, limits, and which may stand in for which. */

/** Spellings that are accepted because the V2 documents have them, and are not to be learnt by anybody else. */
const MISPRINTS = { custome: 'custom', 'media_id ': 'media_id', nead_receipt: 'need_receipt' };
/** A schema that depends on its input is asked with each of these. */
const PROBES = [
  {},
  ...['msg_body', 'custom', 'gid', ...Object.keys(MISPRINTS)].map((name) => ({ [name]: 1 })),
];

/** @returns the objects that a parameter schema accepts, the plain one first */
function objectsOf(schema) {
  if (schema.type === 'object') return [schema.entries];
  if (schema.type !== 'lazy') throw new Error(`a parameter schema of type ${schema.type}`);
  return [...new Set(PROBES.flatMap((probe) => objectsOf(schema.getter(probe))))];
}

const isOptional = (schema) => schema.type === 'optional';

/**
 * @param known schemas that have a name of their own, with that name
 * @returns {{name: string, type: string, limits: string, required: string, misprint?: string}[]}
 */
export function parametersOf(schema, known) {
  if (schema === null) return [];
  const [plain = {}, ...others] = objectsOf(schema);
  const rows = new Map();
  const add = (name, field, required) => rows.set(name, { name, ...describe(field, known), required });
  for (const [name, field] of Object.entries(plain)) {
    const right = rows.get(MISPRINTS[name]);
    if (right) right.misprint = name;
    else add(name, field, isOptional(field) ? 'no' : 'yes');
  }
  for (const other of others) {
    const replaced = Object.keys(plain).filter((name) => !(name in other) && !isOptional(plain[name]));
    for (const [name, field] of Object.entries(other)) {
      const right = rows.get(MISPRINTS[name]);
      if (right) right.misprint = name;
      else if (!rows.has(name)) add(name, field, `instead of ${code(replaced.join(', '))}`);
    }
  }
  // What has to be given stands first.
  return [...rows.values()].sort((a, b) => Number(a.required === 'no') - Number(b.required === 'no'));
}

/** @returns the type in words, and what limits it */
function describe(schema, known) {
  if (isOptional(schema)) {
    const { type, limits } = describe(schema.wrapped, known);
    const fallback = schema.default;
    const isWorthSaying = fallback !== undefined && fallback !== '' && fallback !== false;
    return { type, limits: [...limits, ...(isWorthSaying ? [`default ${code(fallback)}`] : [])] };
  }
  // A pipe may begin with another one: what limits the inner one limits the outer one as well.
  const actions = [];
  for (let at = schema; ; at = at.pipe[0]) {
    const name = known.get(at);
    if (name !== undefined) return { type: name, limits: limitsOf(actions, schema.type) };
    actions.unshift(...(at.pipe?.slice(1) ?? []));
    if (at.pipe?.[0].pipe === undefined) {
      const { type, inner } = typeOf(at, known);
      return { type, limits: [...inner, ...limitsOf(actions, schema.type)] };
    }
  }
}

const simply = (type) => ({ type, inner: [] });

function typeOf(schema, known) {
  switch (schema.type) {
    case 'array':
      return simply(`${describe(schema.item, known).type}[]`);
    case 'object':
      return simply(
        code(
          `{${Object.entries(schema.entries)
            .map(([name, field]) => (isOptional(field) ? `${name}?` : name))
            .join(', ')}}`,
        ),
      );
    case 'picklist':
      return simply(schema.options.map((option) => code(JSON.stringify(option))).join(', '));
    case 'nullish':
      return simply(describe(schema.wrapped, known).type);
    case 'union': {
      // What is turned into the other type is a way of writing it, not a type of its own; and nothing is none.
      const options = schema.options.filter(
        ({ type, pipe = [] }) =>
          type !== 'literal' &&
          !pipe.some(({ type: action }) => action === 'transform' || action === 'parse_json'),
      );
      const described = options.map((option) => describe(option, known));
      return {
        type: described.map(({ type }) => type).join(' or '),
        inner: described.flatMap(({ limits }) => limits),
      };
    }
    default:
      return simply(schema.type);
  }
}

function limitsOf(actions, type) {
  const of = (name) => actions.findLast((action) => action.type === name)?.requirement;
  const unit = type === 'array' ? 'entries' : 'characters';
  const shortest = of('min_length');
  const longest = of('max_length');
  const least = of('min_value');
  const most = of('max_value');
  const pattern = of('regex');
  const limits = [];
  if (shortest !== undefined && longest !== undefined) limits.push(`${shortest} – ${longest} ${unit}`);
  else if (shortest !== undefined) limits.push('not empty');
  else if (longest !== undefined) limits.push(`at most ${longest} ${unit}`);
  if (of('max_bytes') !== undefined) limits.push(`at most ${of('max_bytes')} bytes`);
  if (least !== undefined && most !== undefined) limits.push(`${least} – ${most}`);
  else if (least !== undefined) limits.push(`${least} or more`);
  else if (most !== undefined) limits.push(`at most ${most}`);
  if (pattern !== undefined) limits.push(PATTERNS[pattern.source] ?? `matches ${code(pattern.source)}`);
  return limits;
}

const PATTERNS = { '^[0-9a-f]{32}$': '32 hexadecimal digits, in either case' };

const code = (text) => `\`${text}\``;
