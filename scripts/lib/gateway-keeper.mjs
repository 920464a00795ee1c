/**
 * Keeps the gateway of `npm start` running. A gateway that dies is started again on its port and its data. Open tabs only see an outage.
 */
import { createInterface } from 'node:readline';
import { exitOf } from './process.mjs';

const READY = 'gateway listening on ';
/** Pauses before the tries. If the gateway dies early after the last one, the keeper gives up. */
const PAUSES_MS = [250, 1_000, 2_000, 4_000, 8_000];
/** A gateway that has run for so long has not died early. */
const STEADY_MS = 10_000;
/** The last lines of the gateway's log, shown if it dies. */
const KEPT_LOG_CHARS = 4_000;

function keepLog(child) {
  let kept = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    kept = (kept + text).slice(-KEPT_LOG_CHARS);
  });
  return () => kept;
}

/** @returns {Promise<string | null>} the gateway's URL, null if it ended first */
const urlOf = (child) =>
  new Promise((resolve) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      if (line.startsWith(READY)) resolve(line.slice(READY.length).trim());
    });
    lines.once('close', () => resolve(null));
  });

export class GatewayKeeper {
  #spawn;
  #child = null;
  #log = () => '';
  #readyAt;
  #isStopping = false;
  #wake = () => {};

  /** @param {() => import('node:child_process').ChildProcess} spawn starts a gateway, always on the same port */
  constructor(spawn) {
    this.#spawn = spawn;
  }

  get isStopping() {
    return this.#isStopping;
  }

  /** Starts the gateway. @returns {Promise<string | null>} its URL, null if it ended first */
  async start() {
    const child = this.#spawn();
    this.#child = { child, ended: exitOf(child) };
    this.#log = keepLog(child);
    this.#readyAt = undefined;
    const url = await urlOf(child);
    if (url !== null) this.#readyAt = Date.now();
    return url;
  }

  /** Starts a gateway that was ready again after each death. @returns {Promise<void>} once it was stopped, or keeps dying */
  async keep() {
    let early = this.#readyAt === undefined ? PAUSES_MS.length : 0;
    while (!this.#isStopping) {
      const code = await this.#child?.ended;
      if (this.#isStopping) return;
      process.stderr.write(this.#log());
      if (this.#readyAt !== undefined && Date.now() - this.#readyAt > STEADY_MS) early = 0;
      const pauseMs = PAUSES_MS[early];
      if (pauseMs === undefined) {
        console.error(`The gateway has ended (exit code ${code}).`);
        return;
      }
      early += 1;
      console.error(`The gateway has ended (exit code ${code}). It starts again.`);
      await this.#rest(pauseMs);
      if (!this.#isStopping && (await this.start()) !== null) console.error('The gateway is back.');
    }
  }

  /** Ends the gateway, for good. */
  async stop() {
    this.#isStopping = true;
    this.#wake();
    this.#child?.child.kill('SIGTERM');
    await this.#child?.ended;
  }

  #rest(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
