/** Lighthouse on the built demo: the log-in and the chats, as on a phone. `npm run demo:lighthouse` runs it, and prints the scores. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../scripts/lib/ports.mjs';
import { DemoStage } from '../browser/demo/stage.js';
import type { Profile } from '../kit/browser.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LIGHTHOUSE = path.join(ROOT, 'demo/lighthouse/node_modules/lighthouse/core/index.js');
const REPORTS = path.join(ROOT, 'test-results/lighthouse');
const FIRST_PORT = 9_300;
const AUDIT_TIMEOUT_MS = 240_000;
/** The categories in which every check has to pass. */
const WHOLE = ['accessibility', 'best-practices', 'pwa'];

interface Audit {
  title: string;
  score: number | null;
  scoreDisplayMode: string;
}

interface Result {
  report: string;
  lhr: {
    categories: Record<
      string,
      { title: string; score: number | null; auditRefs: { id: string; weight: number }[] }
    >;
    audits: Record<string, Audit>;
  };
}

type Lighthouse = (url: string, flags: object) => Promise<Result | undefined>;

let stage: DemoStage;
let profile: Profile;
let port: number;
beforeAll(async () => {
  stage = await DemoStage.open();
  port = await freePort(FIRST_PORT);
  profile = await stage.world.profile([`--remote-debugging-port=${port}`]);
});
afterAll(() => stage.close());

async function audit(screen: string, url: string): Promise<void> {
  const { default: lighthouse } = (await import(pathToFileURL(LIGHTHOUSE).href)) as { default: Lighthouse };
  const flags = { port, output: 'html', logLevel: 'error', disableStorageReset: true };
  const result = await lighthouse(url, flags);
  if (!result) throw new Error('Lighthouse gave no result');
  await mkdir(REPORTS, { recursive: true });
  await writeFile(path.join(REPORTS, `${screen}.html`), result.report);
  const { audits, categories } = result.lhr;
  const scores = Object.values(categories).map(
    ({ title, score }) => `${title} ${Math.round((score ?? 0) * 100)}`,
  );
  console.log(`${screen}: ${scores.join(', ')}`);
  const failed = WHOLE.flatMap((category) => categories[category]?.auditRefs ?? [])
    .map(({ id, weight }) => ({ id, weight, ...audits[id] }))
    .filter(({ weight, score }) => weight > 0 && score !== null && score !== undefined && score < 1);
  expect(failed.map(({ id, title }) => `${id}: ${title}`)).toEqual([]);
  for (const category of WHOLE) expect(categories[category]?.score, category).toBe(1);
}

test(
  'the log-in passes the checks of accessibility, best practices and an installable page',
  { timeout: AUDIT_TIMEOUT_MS },
  () => audit('log-in', stage.address),
);

test('the chats of a logged-in account pass them too', { timeout: AUDIT_TIMEOUT_MS }, async () => {
  const page = await stage.enter(profile, 'Alice Chen');
  await page.locator('[data-username=bob]').click();
  await audit('chats', `${stage.address}#/u/bob`);
});
