/** The options of the command line, with their environment variables. */
import { Command, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { AppLink } from './auth/app-links.js';
import { parseApps, readApps } from './auth/apps.js';
import { DEFAULTS, NUMBER_SETTINGS, type NumberSettings, parseSetting, type Settings } from './config.js';
import { parseOrigin } from './transport/origins.js';

const WRONG_USAGE = 2;
const DEFAULT_PORT = 8787;
const MAX_PORT = 65_535;
const DEFAULT_DATA = '.data/gateway';

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new InvalidArgumentError(`not a port: 0 … ${MAX_PORT}`);
  }
  return port;
}

/** A thrown error means a bad argument. */
const argument =
  <T>(parse: (text: string, before?: T) => T) =>
  (text: string, before?: T): T => {
    try {
      return parse(text, before);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };

/** `appkey:appkey`, several apart by commas. */
function parseLinks(text: string, before: readonly AppLink[] = []): readonly AppLink[] {
  const links = text.split(',').map((one): AppLink => {
    const [appkey = '', other = '', ...more] = one.split(':');
    if (appkey === '' || other === '' || more.length > 0) throw new Error('wanted: appkey:appkey');
    return [appkey, other];
  });
  return [...before, ...links];
}

/** Several apart by commas. */
function parseOrigins(text: string, before: readonly string[] = []): readonly string[] {
  const origins = text.split(',').map((one) => {
    const origin = parseOrigin(one.trim());
    if (origin === undefined) throw new Error('wanted: an origin such as https://app.example.org');
    return origin;
  });
  return [...before, ...origins];
}

/** `name=value`, several apart by commas. */
function parseSettings(text: string, before: NumberSettings = {}): NumberSettings {
  const settings = { ...before };
  for (const one of text.split(',')) {
    const setting = parseSetting(one);
    if (!setting) {
      throw new InvalidArgumentError(
        `"${one}" is not name=value with a whole number in its range and one of these names: ${NUMBER_SETTINGS.join(', ')}`,
      );
    }
    Object.assign(settings, setting);
  }
  return settings;
}

/** Without the slash at its end: paths are put behind it. */
function parsePublicUrl(text: string): string {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('wanted: an address such as https://im.example.org');
  }
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`.replace(/\/+$/, '');
}

export interface CliOptions {
  port: number;
  host: string;
  app?: Map<string, string>;
  appFile?: Map<string, string>;
  link?: readonly AppLink[];
  allowOrigin?: readonly string[];
  data: string;
  redis: string;
  media: string;
  publicUrl: string;
  registration: Settings['registration'];
  set?: NumberSettings;
  dev: boolean;
  trustProxy: boolean;
  logLevel: string;
}

export const program = new Command('jmessage-gateway')
  .description(packageJson.description)
  .version(packageJson.version)
  .addOption(
    new Option('--port <port>', '0 takes a free one').argParser(parsePort).default(DEFAULT_PORT).env('PORT'),
  )
  .addOption(new Option('--host <address>', 'where to listen').default('127.0.0.1').env('HOST'))
  .addOption(
    new Option('--app <appkey:masterSecret>', 'an application to serve; may be given several times')
      .argParser(argument(parseApps))
      .env('JMESSAGE_APPS'),
  )
  .addOption(
    new Option('--app-file <file>', 'applications to serve, an appkey:masterSecret on each line')
      .argParser(argument(readApps))
      .env('JMESSAGE_APP_FILE'),
  )
  .addOption(
    new Option(
      '--link <appkey:appkey>',
      'two applications whose users may reach each other; or several times',
    )
      .argParser(argument(parseLinks))
      .env('JMESSAGE_LINKS'),
  )
  .addOption(
    new Option('--allow-origin <origin>', 'whose pages may use this; any if not given, or several times')
      .argParser(argument(parseOrigins))
      .env('JMESSAGE_ALLOW_ORIGINS'),
  )
  .addOption(
    new Option('--data <where>', 'a directory, "memory", or a postgres:// connection string')
      // Its common name; a connection string has a password, which the help must not show.
      .default(process.env.DATABASE_URL ?? DEFAULT_DATA, DEFAULT_DATA)
      .env('JMESSAGE_DATA'),
  )
  .addOption(
    new Option(
      '--redis <url>',
      'several gateways on one PostgreSQL server: redis://…, by which they hear of each other',
    )
      .default('')
      .env('REDIS_URL'),
  )
  .addOption(
    new Option(
      '--media <where>',
      'the directory of uploaded files, or s3://bucket[/prefix]; "media" in the data directory if not given',
    )
      .default('')
      .env('JMESSAGE_MEDIA'),
  )
  .addOption(
    new Option(
      '--public-url <url>',
      'the address under which clients reach this, if their Host header is wrong',
    )
      .argParser(parsePublicUrl)
      .default('')
      .env('JMESSAGE_PUBLIC_URL'),
  )
  .addOption(
    new Option('--set <name=value>', 'another limit, age or interval; may be given several times')
      .argParser(parseSettings)
      .env('JMESSAGE_SET'),
  )
  .addOption(
    new Option(
      '--registration <who>',
      'who makes accounts: the server API only, or pages too, so often an hour',
    )
      .choices(['server', 'limited', 'open'])
      .default(DEFAULTS.registration)
      .env('JMESSAGE_REGISTRATION'),
  )
  .option('--dev', 'sign auth payloads for anyone on this machine: GET /dev/auth?appkey=…', false)
  .option('--trust-proxy', "take a client's address from the last entry of X-Forwarded-For", false)
  .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent', 'info')
  // The usual code of wrong usage.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE));
