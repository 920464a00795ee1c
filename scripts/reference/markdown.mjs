/** Markdown, as little as the pages need. */

export const code = (text) => `\`${text}\``;

/** A table without columns that are empty in every row. */
export function table(heads, rows) {
  const used = heads.map((_, column) => rows.some((row) => row[column] !== ''));
  const line = (cells) => `| ${cells.filter((_, column) => used[column]).join(' | ')} |`;
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  return [line(heads), line(heads.map(() => '---')), ...escaped.map(line)].join('\n');
}

/** The head of a generated page. */
export const generated = (title) =>
  `# ${title}\n\n<!-- Made by \`npm run docs\` from the sources: changes here would be lost. -->`;
