/** `docs/error-codes.md` and its Chinese twin: every code, its remedy, and the methods that may fail with it. */
import { code, generated, table } from './markdown.mjs';
import { REMEDIES } from './remedies.mjs';

const TEXTS = {
  en: {
    title: 'Error codes',
    intro: `These are the codes of \`onFail({code, message})\`, of a rejected call that is awaited, and of the gateway's answers. Codes below 889000 are JMessage's own.
The range 889001 to 889999 is this runtime's, for faults without a code in V2. The message names the fault in a sentence and may be more exact than the one below. Codes
that a server sends and that are not listed here reach the application unchanged.`,
    names:
      'The names are those of `CODES`, which the package exports. The methods are those whose declaration lists the code. If none is named, any method may fail with the code, or only another server gives it.',
    theirs: "JMessage's own",
    ours: "The runtime's own",
    heads: ['code', 'message and remedy', 'methods'],
    api: 'api/',
  },
  zh: {
    title: '错误码',
    intro: `\`onFail({code, message})\`、被 await 的调用抛出的错误，以及网关的应答都使用这些错误码。889000 以下是极光原有的错误码，889001 至 889999 由本项目定义，
用于 V2 没有对应错误码的情况。\`message\` 用一句英文说明原因，可能比下表更具体。

表中未列出的服务器错误码会原样传给应用。`,
    names:
      '名称即包中导出的 `CODES` 的键名。最后一列是声明中列出该错误码的方法；若为空，则任何方法都可能出现，或只由其他服务器给出。',
    theirs: '极光原有',
    ours: '本项目定义',
    heads: ['错误码', 'message 与处理', '方法'],
    api: '../api/',
  },
};

export const errorCodesPages = (sources) => ({
  'docs/error-codes.md': pageIn('en', sources),
  'docs/zh/error-codes.md': pageIn('zh', sources),
});

function pageIn(language, { CODES, MESSAGES, declared }) {
  const { title, intro, names, theirs, ours, heads, api } = TEXTS[language];
  const rows = Object.entries(CODES)
    .filter(([, number]) => number !== 0)
    .sort(([, a], [, b]) => a - b)
    .map(([name, number]) => [
      `${number}<br>${code(name)}`,
      `*${MESSAGES[number]}*<br>${REMEDIES[number]?.[language] ?? missing(number)}`,
      declared
        .filter(({ fails }) => fails.includes(number))
        .map(({ name, page }) => `[${name}](${api}${page}.md#${name.toLowerCase()})`)
        .join(', '),
    ]);
  const isOwn = ([head]) => Number.parseInt(head, 10) >= 889_000;
  return `${[
    generated(title),
    intro,
    names,
    `## ${theirs}`,
    table(
      heads,
      rows.filter((row) => !isOwn(row)),
    ),
    `## ${ours}`,
    table(
      heads.slice(0, 2),
      rows.filter(isOwn).map((row) => row.slice(0, 2)),
    ),
  ]
    .join('\n\n')
    .trimEnd()}\n`;
}

function missing(number) {
  throw new Error(`scripts/reference/remedies.mjs has no remedy for ${number}`);
}
