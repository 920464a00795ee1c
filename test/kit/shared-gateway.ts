/**
 * One gateway for many test files, one after the other. Each has applications of its own, and so finds no account and no message of another. Tests
 * with other settings, or that read the gateway's data, start one of their own.
 */
import { Gateway, startGateway } from './gateway.js';
import { atEnd } from './lifelong.js';

/** More than the files of a run. */
const TENANTS = 64;
/** All files register from one address. */
const ARGS = ['--set', 'registrationsPerHour=1000000'];

const appkeyOf = (tenant: number) => `test-app-${tenant}`;
const otherAppkeyOf = (tenant: number) => `other-app-${tenant}`;

let current: { process: Gateway; tenants: number } | undefined;

async function open(): Promise<{ process: Gateway; tenants: number }> {
  const numbers = Array.from({ length: TENANTS }, (_, tenant) => tenant);
  const process = await startGateway({
    appkey: appkeyOf(0),
    otherAppkeys: [...numbers.slice(1).map(appkeyOf), ...numbers.map(otherAppkeyOf)],
    links: numbers.map((tenant) => [appkeyOf(tenant), otherAppkeyOf(tenant)]),
    args: ARGS,
  });
  atEnd(() => process.destroy());
  return { process, tenants: 0 };
}

/** A gateway with an application of its own, and another one that is linked to it. */
export async function borrowGateway(): Promise<Gateway> {
  if (current === undefined || current.tenants === TENANTS) current = await open();
  const tenant = current.tenants;
  current.tenants += 1;
  return new Tenant(current.process, tenant);
}

/** A file's view of the process. It may kill it and start it again. */
class Tenant extends Gateway {
  constructor(
    private readonly process: Gateway,
    tenant: number,
  ) {
    super(process.data, {
      appkey: appkeyOf(tenant),
      otherAppkeys: [otherAppkeyOf(tenant)],
      secret: process.secret,
    });
  }

  override get url(): string {
    return this.process.url;
  }

  override get log(): string {
    return this.process.log;
  }

  override get pid(): number {
    return this.process.pid;
  }

  override start(): Promise<void> {
    return this.process.start();
  }

  override kill(): Promise<void> {
    return this.process.kill();
  }

  override stop(): Promise<number | null> {
    return this.process.stop();
  }

  override pause(): void {
    this.process.pause();
  }

  override resume(): void {
    this.process.resume();
  }

  /** Leaves the process to the next file, if a test has not left it dead. */
  override async destroy(): Promise<void> {
    if (!this.process.isRunning && current?.process === this.process) current = undefined;
  }
}
