/** The web app manifest: how the installed page is named, drawn and opened. */
import type { ManifestOptions } from 'vite-plugin-pwa';

export const manifest: Partial<ManifestOptions> = {
  id: './',
  name: 'JMessage demo',
  short_name: 'JMessage',
  description: 'A chat page on one connection for every tab.',
  lang: 'en',
  start_url: './',
  scope: './',
  display: 'standalone',
  background_color: '#f7f7f9',
  theme_color: '#f7f7f9',
  categories: ['social', 'productivity'],
  icons: [
    { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
    { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
    { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
    { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
  // src/shared-text.ts reads the parameters.
  share_target: { action: './', method: 'GET', params: { title: 'title', text: 'text', url: 'url' } },
};
