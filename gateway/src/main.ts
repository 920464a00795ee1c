#!/usr/bin/env node
/** The program: reads the command line, starts the gateway, says where it listens, stops it on a signal. */
import { pino } from 'pino';
import { type CliOptions, program } from './command-line.js';
import { startGateway } from './server.js';
import { safeError } from './util/safe-error.js';

async function main(): Promise<void> {
  const options = program.parse().opts<CliOptions>();
  const {
    app,
    appFile,
    allowOrigin = [],
    link = [],
    data,
    dev,
    host,
    port,
    publicUrl,
    redis,
    trustProxy,
  } = options;
  const apps = new Map([...(appFile ?? []), ...(app ?? [])]);
  if (apps.size === 0) program.error('error: no application to serve: give --app-file or --app');
  // Other users of this machine may not read the files.
  process.umask(0o077);
  const settings = { level: options.logLevel, serializers: { err: safeError } };
  const log = pino(settings, pino.destination({ fd: 2, sync: true }));
  const starting = startGateway({
    ...options.set,
    apps,
    allowOrigins: allowOrigin,
    links: link,
    data,
    redis,
    dev,
    host,
    port,
    publicUrl,
    mediaDirectory: options.media,
    registration: options.registration,
    trustProxy,
    log,
    onTaken: (reason) => fail(new Error(reason)),
  });

  // Also while starting: a database that is being set up is closed in order.
  const stop = (signal: string): void => {
    log.info({ signal }, 'stopping');
    starting
      .then((gateway) => gateway.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the stop failed');
          process.exit(1);
        },
      );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const gateway = await starting;
  process.stdout.write(`gateway listening on ${gateway.url}\n`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const { host, port } = program.opts<CliOptions>();
  if (code === 'EADDRINUSE') {
    return `port ${port} on ${host} is taken: stop what listens there, or give --port another one (0 for a free one)`;
  }
  if (code === 'EACCES') return `no permission to listen on port ${port}: give --port one above 1023`;
  return error.message;
}

function fail(error: unknown): void {
  process.stderr.write(`gateway: ${explain(error)}\n`);
  process.exit(1);
}

main().catch(fail);
