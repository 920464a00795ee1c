/** The site of `docs/`, in English and Chinese. `npm run docs` builds it; a dead link fails the build. */
import { defineConfig } from 'vitepress';
import { diagrams } from './diagrams.mjs';
import { anchorOf, linksOfRepository } from './links.mjs';
import { en, zh } from './navigation.mjs';
import { boostDocument, tokenize } from './search.mjs';

export default defineConfig({
  title: 'jmessage-runtime',
  srcDir: '../docs',
  outDir: './dist',
  cacheDir: './.cache',
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: false,
  rewrites: { 'api/README.md': 'api/index.md' },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.SITE_BASE ?? '/'}logo.svg` }]],
  locales: {
    root: { label: 'English', lang: 'en', ...en },
    zh: { label: '简体中文', lang: 'zh-CN', ...zh },
  },
  markdown: {
    anchor: { slugify: anchorOf },
    config: (markdown) => markdown.use(linksOfRepository).use(diagrams),
  },
  /** The methods of an area are headings of the fourth level. */
  transformPageData: ({ relativePath, frontmatter }) => {
    if (relativePath.startsWith('api/')) frontmatter.outline = [2, 4];
  },
  themeConfig: {
    logo: '/logo.svg',
    search: {
      provider: 'local',
      options: {
        miniSearch: { options: { tokenize }, searchOptions: { boostDocument } },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清空',
                backButtonTitle: '关闭',
                noResultsText: '没有找到：',
                footer: {
                  selectText: '打开',
                  navigateText: '切换',
                  closeText: '关闭',
                },
              },
            },
          },
        },
      },
    },
  },
});
