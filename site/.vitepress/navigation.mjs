/** The menus of the site, in each language. */

const REFERENCE = [
  ['Overview', '/api/'],
  ['The class', '/api/jmessage'],
  ['Requests', '/api/request'],
  ['Accounts', '/api/accounts'],
  ['Conversations', '/api/conversations'],
  ['Sends', '/api/sends'],
  ['Receipts', '/api/receipts'],
  ['Groups', '/api/groups'],
  ['Friends', '/api/friends'],
  ['Lists', '/api/lists'],
  ['Chat rooms', '/api/rooms'],
  ['Outbox', '/api/outbox'],
  ['Listeners', '/api/listeners'],
  ['Events', '/api/events'],
  ['Types of events', '/api/event-types'],
  ['Messages', '/api/messages'],
  ['State', '/api/state'],
  ['Inspection', '/api/inspection'],
  ['JSON', '/api/json'],
];

const items = (rows, prefix = '') => rows.map(([text, link]) => ({ text, link: prefix + link }));
const group = (text, rows, prefix) => ({ text, items: items(rows, prefix) });

const EN = [
  group('Start', [
    ['Quick start', '/quick-start'],
    ['From V2', '/migration'],
    ['Concepts', '/concepts'],
    ['FAQ', '/faq'],
  ]),
  group('Recipes', [
    ['React', '/recipes/react'],
    ['Vue', '/recipes/vue'],
    ['Next.js', '/recipes/next'],
    ['Nuxt', '/recipes/nuxt'],
    ['Service worker', '/recipes/service-worker'],
    ['Notifications', '/recipes/notifications'],
    ['Signing on your server', '/recipes/signing'],
    ['Self-hosting', '/recipes/self-hosting'],
    ['Bundlers', '/bundlers'],
  ]),
  group('Use', [
    ['Options and browsers', '/options'],
    ['Differences from V2', '/differences'],
    ['Store, React, Vue', '/store'],
    ['Tests of an application', '/testing'],
    ['Error codes', '/error-codes'],
    ['API reference', '/api/'],
  ]),
  group('Operate', [
    ['Gateway', '/gateway'],
    ['Operations', '/operations'],
    ['Security', '/security'],
    ['Performance', '/performance'],
  ]),
  group('Inside', [
    ['Architecture', '/architecture'],
    ['Wire protocol', '/wire-protocol'],
    ['Browsers', '/browsers'],
    ['Coverage', '/coverage'],
    ['Development', '/development'],
  ]),
];

const ZH = [
  group(
    '入门',
    [
      ['快速开始', '/quick-start'],
      ['从 V2 迁移', '/migration'],
      ['核心概念', '/concepts'],
      ['常见问题', '/faq'],
      ['错误码', '/error-codes'],
    ],
    '/zh',
  ),
  group(
    '实践',
    [
      ['React', '/recipes/react'],
      ['Vue', '/recipes/vue'],
      ['Next.js', '/recipes/next'],
      ['Nuxt', '/recipes/nuxt'],
      ['Service worker', '/recipes/service-worker'],
      ['桌面通知', '/recipes/notifications'],
      ['服务端签名', '/recipes/signing'],
      ['自行部署', '/recipes/self-hosting'],
    ],
    '/zh',
  ),
  group(
    '使用',
    [
      ['打包工具', '/bundlers'],
      ['选项与浏览器', '/options'],
      ['与 V2 的不同', '/differences'],
      ['状态库、React、Vue', '/store'],
      ['应用的测试', '/testing'],
      ['安全', '/security'],
      ['性能', '/performance'],
      ['开发', '/development'],
    ],
    '/zh',
  ),
  group('参考（英文）', [
    ['API', '/api/'],
    ['网关', '/gateway'],
    ['运维', '/operations'],
    ['架构', '/architecture'],
    ['通讯协议', '/wire-protocol'],
  ]),
];

const REFERENCE_MENU = [group('API reference', REFERENCE), ...EN.slice(0, 1), ...EN.slice(2, 3)];

export const en = {
  description:
    'A drop-in successor of the JMessage Web SDK V2: one SharedWorker, one socket per account, every tab.',
  themeConfig: {
    nav: items([
      ['Quick start', '/quick-start'],
      ['From V2', '/migration'],
      ['Reference', '/api/'],
      ['Error codes', '/error-codes'],
    ]),
    sidebar: { '/api/': REFERENCE_MENU, '/': EN },
    outline: { level: [2, 3] },
  },
};

export const zh = {
  description:
    '极光 IM（JMessage）Web SDK V2 的直接替代品：一个 SharedWorker，每个账号一条连接，所有标签页共用。',
  themeConfig: {
    nav: items([
      ['快速开始', '/zh/quick-start'],
      ['从 V2 迁移', '/zh/migration'],
      ['错误码', '/zh/error-codes'],
      ['API 参考（英文）', '/api/'],
    ]),
    sidebar: { '/zh/': ZH },
    outline: { level: [2, 3], label: '本页内容' },
    docFooter: { prev: '上一页', next: '下一页' },
    returnToTopLabel: '回到顶部',
    sidebarMenuLabel: '目录',
    darkModeSwitchLabel: '深色模式',
    lightModeSwitchTitle: '切换到浅色',
    darkModeSwitchTitle: '切换到深色',
    langMenuLabel: '语言',
    skipToContentLabel: '跳到正文',
  },
};
