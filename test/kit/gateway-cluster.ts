/**
 * Several nodes of one gateway as processes of their own, on a PostgreSQL server and a Redis that belong to them. A balancer gives the connections to
 * the nodes in turn. Between each node and each server lies a piece of network that can fail.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Gateway, type GatewayOptions } from './gateway.js';
import { freshDatabase, type ServerPids, type StartedServers, startServers } from './gateway-nodes.js';
import { TcpRelay } from './tcp-relay.js';

interface ClusterOptions extends Omit<GatewayOptions, 'secret' | 'clockMs'> {
  nodes: number;
  /** `any` takes the PostgreSQL server of `npm run test:nodes` if there is one. */
  servers?: 'own' | 'any';
  /** How far the clock of each node is wrong. */
  clocksMs?: readonly number[];
  /** How the balancer chooses; in turn by default. */
  balance?: 'turn' | 'fewest';
}

interface Parts {
  servers: StartedServers;
  data: Awaited<ReturnType<typeof freshDatabase>>;
  media: string;
}

/** A node, and its ways to the two servers. */
export interface ClusterNode {
  readonly gateway: Gateway;
  readonly toPostgres: TcpRelay;
  readonly toRedis: TcpRelay;
}

const portOf = (url: string): number => Number(new URL(url).port);

function through(url: string, port: number): string {
  const relayed = new URL(url);
  relayed.port = String(port);
  return relayed.href;
}

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const servers = await startServers(options.servers ?? 'own');
  const data = await freshDatabase(servers.postgres);
  const media = await mkdtemp(join(tmpdir(), 'jmessage-cluster-'));
  const cluster = new Cluster({ servers, data, media }, options);
  try {
    await cluster.open();
  } catch (error) {
    await cluster.destroy();
    throw error;
  }
  return cluster;
}

/** To its clients it is one gateway. */
export class Cluster extends Gateway {
  readonly nodes: ClusterNode[] = [];
  readonly #inService = new Set<ClusterNode>();
  readonly #balancer: TcpRelay;

  constructor(
    private readonly parts: Parts,
    private readonly options: ClusterOptions,
  ) {
    const { appkey = 'test-app', otherAppkeys = [] } = options;
    super(parts.data.path, { appkey, otherAppkeys, secret: randomBytes(16).toString('hex') });
    const ports = () => [...this.#inService].map(({ gateway }) => portOf(gateway.url));
    this.#balancer = new TcpRelay(ports, options.balance);
  }

  async open(): Promise<void> {
    const { servers, data, media } = this.parts;
    const { nodes, clocksMs = [], args = [], otherAppkeys = [] } = this.options;
    await this.#balancer.listen();
    for (let index = 0; index < nodes; index += 1) {
      const toPostgres = new TcpRelay(() => [portOf(data.path)]);
      const toRedis = new TcpRelay(() => [portOf(servers.redis)]);
      const redis = through(servers.redis, await toRedis.listen());
      const gateway = new Gateway(through(data.path, await toPostgres.listen()), {
        appkey: this.appkey,
        otherAppkeys,
        secret: this.secret,
        args: ['--redis', redis, '--media', media, ...args],
        ...(clocksMs[index] !== undefined && { clockMs: clocksMs[index] }),
      });
      this.nodes.push({ gateway, toPostgres, toRedis });
    }
    await this.start();
  }

  /** Of the balancer. */
  override get url(): string {
    return `http://127.0.0.1:${this.#balancer.port}`;
  }

  override get log(): string {
    return this.nodes.map(({ gateway }, index) => `node ${index}:\n${gateway.log}`).join('\n');
  }

  /** The connections that the balancer has given to a node. */
  connectionsOf({ gateway }: ClusterNode): number {
    return this.#balancer.countFor(portOf(gateway.url));
  }

  node(index: number): ClusterNode {
    const node = this.nodes[index % this.nodes.length];
    if (!node) throw new Error('the cluster has no nodes');
    return node;
  }

  override async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.startNode(node)));
  }

  override async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.killNode(node)));
  }

  override async stop(): Promise<number | null> {
    const codes = await Promise.all(this.nodes.map((node) => this.stopNode(node)));
    return codes.find((code) => code !== 0) ?? 0;
  }

  async startNode(node: ClusterNode): Promise<void> {
    await node.gateway.start();
    this.#inService.add(node);
  }

  async killNode(node: ClusterNode): Promise<void> {
    this.#inService.delete(node);
    await node.gateway.kill();
  }

  /** As an operator does: out of the balancer, and then it drains. */
  async stopNode(node: ClusterNode): Promise<number | null> {
    this.#inService.delete(node);
    return node.gateway.stop();
  }

  /** Of the servers. */
  get pids(): ServerPids {
    return this.parts.servers.pids;
  }

  get redisUrl(): string {
    return this.parts.servers.redis;
  }

  restartPostgres(): Promise<void> {
    return this.parts.servers.restartPostgres();
  }

  /** Redis answers nothing for that time. */
  pauseRedis(isPaused: boolean): void {
    this.parts.servers.pauseRedis(isPaused);
  }

  /** Redis is killed, and comes back empty. */
  killRedis(): void {
    this.parts.servers.redisAway();
  }

  async startRedis(): Promise<void> {
    await this.parts.servers.redisBack();
  }

  /** Redis loses everything at once. */
  async emptyRedis(): Promise<void> {
    const client = new Redis(this.parts.servers.redis, { lazyConnect: true });
    try {
      await client.connect();
      await client.flushall();
    } finally {
      client.disconnect();
    }
  }

  override async destroy(): Promise<void> {
    for (const node of this.nodes) {
      await node.gateway.kill();
      await node.toPostgres.close();
      await node.toRedis.close();
    }
    await this.#balancer.close();
    await rm(this.parts.media, { recursive: true, force: true });
    await this.parts.data.remove();
    this.parts.servers.stop();
  }
}
