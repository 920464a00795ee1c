/** Pictures of a screen of the demo, light and dark, wide and narrow, with the findings of axe. They are in `test-results/demo/`. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export const PICTURES = fileURLToPath(new URL('../../../test-results/demo', import.meta.url));

/** Screens with colours of their own. */
const IN_THE_DARK = new Set([
  'list',
  'contacts',
  'chat',
  'media',
  'offline',
  'failed',
  'add-account',
  'accounts',
]);

/** In the dark only the contrasts differ. */
async function violations(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  await page.evaluate(axe.source);
  const runOnly = colorScheme === 'dark' ? ['color-contrast'] : undefined;
  return page.evaluate(async (rules) => {
    const { axe: checker } = window as unknown as { axe: typeof import('axe-core') };
    const { violations: found } = await checker.run(document, {
      resultTypes: ['violations'],
      ...(rules && { runOnly: { type: 'rule', values: rules } }),
    });
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }, runOnly);
}

/** Takes pictures of a screen. @returns the findings of axe */
export async function shoot(from: Page, screen: string): Promise<string[]> {
  await mkdir(PICTURES, { recursive: true });
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of [
      [1280, 800],
      [320, 740],
    ] as const) {
      // The contrasts of a screen do not depend on its width.
      if (colorScheme === 'dark' && width < 1280 && !IN_THE_DARK.has(screen)) continue;
      await from.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await from.setViewportSize({ width, height });
      if (colorScheme === 'light' || IN_THE_DARK.has(screen)) {
        await from.screenshot({ path: path.join(PICTURES, `${screen}-${colorScheme}-${width}.png`) });
      }
      const here = `${screen}, ${colorScheme}, ${width} px: `;
      found.push(...(await violations(from, colorScheme)).map((violation) => here + violation));
      const overflow = await from.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${screen} at ${width} px is as wide as its window`).toBeLessThanOrEqual(0);
    }
  }
  return found;
}
