/**
 * The gateway that the hostile suite attacks, as the command line makes it: on PGlite, or on the PostgreSQL server that
 * `JMESSAGE_HOSTILE_POSTGRES` names, where it gets a database of its own.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../../src/server.js';
import { APPS } from '../../support/client.js';
import { freshData } from '../../support/data.js';
import { Guests } from '../../support/gateway.js';

const CHEAP = { passwordCost: 10 };
/** Short, so that a test sees what is cut off without waiting for it. */
const IMPATIENT = { uploadIdleMs: 1_000, requestTimeoutMs: 1_000 };

export interface Target {
  readonly url: string;
  readonly port: number;
  /** See `GatewayOptions.data`. */
  readonly data: string;
  /** Where its files are. */
  readonly media: string;
  readonly guests: Guests;
}

interface Data {
  data: string;
  remove(): Promise<void>;
}

async function databaseOf(server: string): Promise<Data> {
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
  return { data: url.href, remove: () => run(`drop database ${name} with (force)`) };
}

export async function hostileData(): Promise<Data> {
  const server = process.env.JMESSAGE_HOSTILE_POSTGRES;
  if (server) return databaseOf(server);
  const { path, remove } = await freshData();
  return { data: path, remove };
}

export function hostileGateway(options: Omit<GatewayOptions, 'apps' | 'data'> = {}): Target {
  let gateway: RunningGateway | undefined;
  let data: Data | undefined;
  let media = '';
  const running = (): RunningGateway => {
    if (!gateway) throw new Error('there is none before the first test of the file');
    return gateway;
  };
  const guests = new Guests(() => running().url, options.now);
  beforeAll(async () => {
    data = await hostileData();
    media = await mkdtemp(join(tmpdir(), 'jmessage-hostile-'));
    gateway = await startGateway({
      ...CHEAP,
      ...IMPATIENT,
      mediaDirectory: media,
      ...options,
      apps: APPS,
      data: data.data,
    });
  });
  afterEach(() => guests.leave());
  afterAll(async () => {
    await gateway?.close();
    await data?.remove();
    await rm(media, { recursive: true, force: true });
  });
  return {
    get url() {
      return running().url;
    },
    get port() {
      return running().port;
    },
    get data() {
      return data?.data ?? '';
    },
    get media() {
      return media;
    },
    guests,
  };
}
