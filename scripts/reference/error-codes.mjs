/** `docs/error-codes.md`: every code, who gives it, and for what. */
import { code, generated, table } from './markdown.mjs';

const INTRO = `These are the codes of \`onFail({code, message})\`, of a rejected call that is awaited, and of the gateway's answers. Codes below 889000 are JMessage's own.
The range 889001 to 889999 is this runtime's, for faults without a code in V2. The message names the fault in a sentence and may be more exact than the one below. Codes
that a server sends and that are not listed here reach the application unchanged.`;

export function errorCodesPage({ CODES, MESSAGES, declared }) {
  const rows = Object.entries(CODES)
    .filter(([, number]) => number !== 0)
    .sort(([, a], [, b]) => a - b)
    .map(([name, number]) => [
      String(number),
      code(name),
      MESSAGES[number],
      declared
        .filter(({ fails }) => fails.includes(number))
        .map(({ name, page }) => `[${name}](api/${page}.md#${name.toLowerCase()})`)
        .join(', '),
    ]);
  const isOwn = ([number]) => Number(number) >= 889_000;
  const heads = ['code', 'name', 'message', 'methods'];
  return [
    generated('Error codes'),
    INTRO,
    'The names are those of `CODES`, which the package exports. The methods are those whose declaration lists the code. If none is named, any method may fail with the code, or only another server gives it.',
    "## JMessage's own",
    table(
      heads,
      rows.filter((row) => !isOwn(row)),
    ),
    "## The runtime's own",
    table(
      ['code', 'name', 'message'],
      rows.filter(isOwn).map((row) => row.slice(0, 3)),
    ),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}
