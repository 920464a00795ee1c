/** The names of files and folders in pages and comments, against the files of the repository. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isProse } from '../../../scripts/lib/prose/sources.mjs';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(path.join(ROOT, file)));
const folders = new Set(files.flatMap(parentsOf));
/** Every file and folder by each end of its path, down to the name alone. */
const endings = new Set([...files, ...folders].flatMap(endingsOf));
const paths = new Set([...files, ...folders]);
const pages = files.filter((file) => file.endsWith('.md'));

function parentsOf(file: string): string[] {
  const parts = file.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

function endingsOf(file: string): string[] {
  const parts = file.split('/');
  return parts.map((_, i) => parts.slice(i).join('/'));
}

const SOURCE_FILE = /^[\w*./-]+\.(?:ts|tsx|mts|mjs|md|css|html|yaml)$/;
const IN_A_FOLDER = /^(?:src|test|docs|scripts|demo|examples|gateway|client|worker|protocol)\/[\w*./-]*$/;
/** Files that a build makes. */
const BUILT = /^dist\/|(?:^|\/)dist\/|(?:^|\/)index\.d\.ts$/;
/** Pictures that `npm run bench:charts` draws. */
const DRAWN = 'docs/performance/';

/** Code spans that look like a path of the repository, and are none. */
function unknownPathsOf(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)]
    .map(([, span = '']) => span.replace(/^(?:\.{1,2}\/)+/, ''))
    .filter((span) => (SOURCE_FILE.test(span) || IN_A_FOLDER.test(span)) && !BUILT.test(span))
    .filter((span) => !endings.has(span.replace(/\/(?:\*[^/]*)?$/, '')));
}

const withoutBlocks = (page: string): string => page.replace(/^```[\s\S]*?^```/gm, '');

/** The introduction becomes a page in another folder. */
const folderOf = (page: string): string =>
  page === 'scripts/reference/intro.md' ? 'docs/api' : path.posix.dirname(page);

/** The address that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test.each(pages)('%s names files and folders that exist', (page) => {
  expect(unknownPathsOf(withoutBlocks(read(page)))).toEqual([]);
});

test.each(pages)('the links of %s lead somewhere', (page) => {
  const broken = [...withoutBlocks(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(?:https?|mailto):/.test(link))
    .filter((link) => {
      const [target = '', anchor] = link.split('#');
      const file = target === '' ? page : path.posix.join(folderOf(page), target);
      if (file.startsWith(DRAWN)) return false;
      if (!paths.has(file.replace(/\/$/, ''))) return true;
      if (anchor === undefined || !file.endsWith('.md')) return false;
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
      return !headings.includes(anchor);
    });
  expect(broken).toEqual([]);
});

test('comments name files and folders that exist', () => {
  const unknown = files
    .filter((file) => isProse(file) && !file.endsWith('.md'))
    .flatMap((file) => {
      const comments = read(file).match(/\/\*[\s\S]*?\*\/|(?:^|\s)\/\/.*$/gm) ?? [];
      return unknownPathsOf(comments.join('\n')).map((span) => `${file}: ${span}`);
    });
  expect(unknown).toEqual([]);
});

test.each(['README.md', 'README.zh-CN.md'])('the tree of folders in %s is that of the repository', (page) => {
  const tree = /^```\n(src\/protocol\/[\s\S]*?)^```/m.exec(read(page))?.[1] ?? '';
  const rows = tree
    .replace(/\n {2,}/g, ' ')
    .split('\n')
    .filter(Boolean);
  const named = rows.flatMap((row) => {
    const [folder = '', ...inside] = row.match(/[A-Za-z][\w./-]*\//g) ?? [];
    return [folder, ...inside.map((name) => (folders.has(name.slice(0, -1)) ? name : folder + name))];
  });
  const known = named.map((folder) => folder.slice(0, -1));
  expect(known.filter((folder) => !folders.has(folder))).toEqual([]);
  const top = [...folders].filter((folder) => /^(?:src\/)?[a-z]+$/.test(folder) && folder !== 'src');
  expect(top.filter((folder) => !known.some((one) => `${one}/`.startsWith(`${folder}/`)))).toEqual([]);
});

test('the table of folders in docs/architecture.md has every folder of the sources', () => {
  const table = /^\| folder \| holds \|\n([\s\S]*?)\n\n/m.exec(read('docs/architecture.md'))?.[1] ?? '';
  let area = '';
  const named = table.split('\n').flatMap((row) => {
    const spans = [...row.matchAll(/`(?:[├└] )?([\w./-]+?)\/?`/g)].map(([, span = '']) => span);
    if (!/^\| `[├└]/.test(row)) area = spans[0] ?? '';
    return spans.flatMap((span) => [span, `${area}/${span}`]);
  });
  const sources = [...folders].filter((folder) =>
    /^(?:src\/[^/]+(?:\/[^/]+)?|gateway\/src\/[^/]+)$/.test(folder),
  );
  expect(sources.filter((folder) => !named.includes(folder))).toEqual([]);
});

test('the budgets of sizes in the pages are those of the build', () => {
  const budgets = [...read('scripts/lib/sizes.mjs').matchAll(/'dist\/(.+)': ([\d.]+) \* KB/g)];
  expect(budgets).toHaveLength(2);
  for (const [, file, budget] of budgets) {
    for (const page of ['README.md', 'README.zh-CN.md']) {
      const row = read(page)
        .split('\n')
        .find((line) => line.startsWith(`| \`${file}\``));
      expect(row, page).toMatch(new RegExp(` ${budget} KB \\|$`));
    }
    expect(read('CONTRIBUTING.md')).toContain(`${budget} KB`);
  }
});
