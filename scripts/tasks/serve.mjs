/**
 * `npm start` and `npm run dev`: the demo, its gateway and its accounts behind one URL.
 * `.data/` (or JMESSAGE_DATA) keeps data between runs: the gateway's database and the demo application's secret.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GatewayKeeper } from '../lib/gateway-keeper.mjs';
import { DATA, GATEWAY, inRoot } from '../lib/paths.mjs';
import { freePort, LOOPBACK } from '../lib/ports.mjs';
import { onStop } from '../lib/process.mjs';
import { ensureAll, ensureGateway } from './build.mjs';

const GATEWAY_PORT = 8787;
const DEMO_PORT = 5173;

/** Created once, because the accounts in `.data/` belong to it. */
function demoSecret() {
  const file = path.join(DATA, 'secret');
  if (!existsSync(file)) {
    mkdirSync(DATA, { recursive: true });
    writeFileSync(file, randomBytes(16).toString('hex'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8').trim();
}

function spawnGateway(port, appkey) {
  const args = ['--host', LOOPBACK, '--port', String(port), '--data', path.join(DATA, 'gateway')];
  args.push('--dev');
  // Every user of the machine can see arguments (ps).
  const env = { ...process.env, JMESSAGE_APPS: `${appkey}:${demoSecret()}` };
  // A process group of its own, so that Ctrl-C reaches it once, through this process. Its log is shown on request only.
  const stderr = process.env.DEBUG ? 'inherit' : 'pipe';
  const stdio = ['ignore', 'pipe', stderr];
  return spawn(process.execPath, [GATEWAY, ...args], { stdio, env, detached: true });
}

/** @returns {Promise<{url: string, close(): Promise<void>}>} */
async function serveDemo(mode, gateway) {
  // demo/vite.config.ts forwards /socket.io and /dev to it, so that the page needs one origin only.
  process.env.JMESSAGE_GATEWAY = gateway;
  const vite = await import('vite');
  const config = { configFile: inRoot('demo/vite.config.ts'), logLevel: 'warn' };
  const listen = { host: LOOPBACK, port: DEMO_PORT, strictPort: false, open: false };
  const ours = process.listeners('SIGTERM');
  const server =
    mode === 'preview'
      ? await vite.preview({ ...config, preview: listen })
      : await (await vite.createServer({ ...config, server: listen })).listen();
  // Vite would end the whole process on SIGTERM, before the gateway has closed its database.
  for (const listener of process.listeners('SIGTERM')) {
    if (!ours.includes(listener)) process.off('SIGTERM', listener);
  }
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
}

/**
 * @param {'preview' | 'dev'} mode the built demo, or Vite's development server
 * @returns {Promise<number>} exit code, once stopped
 */
export async function start(mode) {
  const built = await (mode === 'preview' ? ensureAll() : ensureGateway());
  if (built !== 0) return built;

  const { APPKEY, seed } = await import('../../demo/seed.mjs');
  const port = await freePort(GATEWAY_PORT);
  const keeper = new GatewayKeeper(() => spawnGateway(port, APPKEY));
  const undo = onStop(() => void keeper.stop());
  let demo = null;
  try {
    const gateway = await keeper.start();
    if (gateway !== null) {
      await seed({ gateway, appkey: APPKEY });
      demo = await serveDemo(mode, gateway);
      console.log(`\n  Open ${demo.url}\n`);
    }
    await keeper.keep();
    return keeper.isStopping ? 0 : 1;
  } catch (error) {
    // A failure during the shutdown is expected.
    if (!keeper.isStopping) console.error(error);
    return keeper.isStopping ? 0 : 1;
  } finally {
    await demo?.close();
    await keeper.stop();
    undo();
  }
}
