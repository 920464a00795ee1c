/**
 * The gateway under attack, as the command line creates it. It runs on PGlite, or in a database of its own on the PostgreSQL server that
 * `JMESSAGE_HOSTILE_POSTGRES` names.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import { type GatewayOptions, startGateway } from '../../gateway/src/server.js';
import { freshData, type TestData } from './gateway-database.js';
import { CHEAP, type Host, host } from './gateway-in-process.js';
import { APPS } from './wire-socket.js';

/** Short times, so that a test sees the cut without a long wait. */
const IMPATIENT = { uploadIdleMs: 1_000, requestTimeoutMs: 1_000 };

export interface Target extends Host {
  readonly port: number;
  /** The folder of its files. */
  readonly media: string;
}

async function databaseOf(server: string): Promise<TestData> {
  const name = `hostile_${randomUUID().replaceAll('-', '')}`;
  const run = async (statement: string): Promise<void> => {
    const client = new Postgres({ connectionString: server });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return { path: url.href, remove: () => run(`drop database ${name} with (force)`) };
}

async function hostileData(): Promise<TestData> {
  const server = process.env.JMESSAGE_HOSTILE_POSTGRES;
  return server ? databaseOf(server) : freshData();
}

export function hostileGateway(options: Omit<GatewayOptions, 'apps' | 'data'> = {}): Target {
  let media = '';
  const prepare = async (): Promise<TestData> => {
    const { path, remove } = await hostileData();
    media = await mkdtemp(join(tmpdir(), 'jmessage-hostile-'));
    return { path, remove: () => remove().finally(() => rm(media, { recursive: true, force: true })) };
  };
  const open = (data: string) =>
    startGateway({ ...CHEAP, ...IMPATIENT, mediaDirectory: media, ...options, apps: APPS, data });
  const hosted = host(options.now, open, prepare);
  return {
    get url() {
      return hosted.url;
    },
    get path() {
      return hosted.path;
    },
    get port() {
      return Number(new URL(hosted.url).port);
    },
    get media() {
      return media;
    },
    clients: hosted.clients,
  };
}
