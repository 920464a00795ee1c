/** Links of the pages, which are written for the repository: to other pages of the site, or to its files. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { GITHUB_SERVER_URL = '', GITHUB_REPOSITORY = '' } = process.env;
/** The address of the repository's files, known in a workflow. */
const FILES = GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/main/`;
/** Pages of the site that stand elsewhere in the repository. */
const ELSEWHERE = { 'gateway/README.md': 'docs/gateway.md' };

/** The anchor that GitHub gives a heading, so that a link works in both places. @param {string} heading */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** @returns {string | null} null: the file is no page, and no repository is known */
function addressOf(href, page) {
  const [target, anchor] = href.split('#');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const file = path
    .relative(ROOT, path.resolve(path.dirname(page), target))
    .split(path.sep)
    .join('/');
  const inDocs = ELSEWHERE[file] ?? file;
  if (inDocs.startsWith('docs/')) {
    const relative = path.relative(path.dirname(page), path.join(ROOT, inDocs)).split(path.sep).join('/');
    return `${relative.startsWith('.') ? '' : './'}${relative.replace(/(^|\/)README\.md$/, '$1index.md')}${hash}`;
  }
  return FILES ? FILES + file + hash : null;
}

/** @param {import('markdown-it').default} markdown */
export function linksOfRepository(markdown) {
  markdown.core.ruler.after('inline', 'links-of-repository', ({ tokens, env }) => {
    for (const { children } of tokens) {
      const left = [];
      for (const token of children ?? []) {
        if (token.type === 'link_close' && left.pop()) token.hidden = true;
        if (token.type !== 'link_open') continue;
        const href = token.attrGet('href') ?? '';
        const isOutside = /^(?:[a-z]+:|#|\/)/i.test(href);
        const address = isOutside ? href : addressOf(href, env.path);
        left.push(address === null);
        if (address !== null) token.attrSet('href', address);
        else Object.assign(token, { type: 'text', tag: '', content: '', nesting: 0, attrs: null });
      }
    }
  });
}
