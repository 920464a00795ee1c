/** The faults of a gateway of several nodes, and their end. */
import type { Cluster } from '../kit/gateway-cluster.js';
import type { Action, NodeAction } from './schedule.js';

const KINDS: ReadonlySet<string> = new Set<NodeAction['do']>([
  ...(['killNode', 'stopNode', 'pauseNode', 'cutNode', 'holdNode'] as const),
  ...(['killRedis', 'pauseRedis', 'emptyRedis', 'restartPostgres'] as const),
]);

export const isNodeAction = (action: Action): action is NodeAction => KINDS.has(action.do);

export interface NodeStop {
  node: number;
  connections: number;
}

export class NodeFaults {
  readonly stops: NodeStop[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly pass: (ms: number) => Promise<void>,
  ) {}

  /** Resolves when the fault has ended. @returns true: it was possible */
  async carryOut(action: NodeAction): Promise<true> {
    await this.#cause(action);
    return true;
  }

  async #cause(action: NodeAction): Promise<void> {
    const { cluster } = this;
    switch (action.do) {
      case 'killNode':
      case 'stopNode': {
        const node = cluster.node(action.node);
        if (action.do === 'stopNode') {
          this.stops.push({ node: action.node, connections: cluster.connectionsOf(node) });
        }
        await (action.do === 'killNode' ? cluster.killNode(node) : cluster.stopNode(node));
        await this.pass(action.ms);
        return cluster.startNode(node);
      }
      case 'pauseNode': {
        const { gateway } = cluster.node(action.node);
        gateway.pause();
        await this.pass(action.ms);
        return gateway.resume();
      }
      case 'cutNode':
      case 'holdNode': {
        const { toPostgres, toRedis } = cluster.node(action.node);
        const network = action.from === 'postgres' ? toPostgres : toRedis;
        if (action.do === 'cutNode') network.cut();
        else network.hold();
        await this.pass(action.ms);
        return network.heal();
      }
      case 'killRedis':
        cluster.killRedis();
        await this.pass(action.ms);
        return cluster.startRedis();
      case 'pauseRedis':
        cluster.pauseRedis(true);
        await this.pass(action.ms);
        return cluster.pauseRedis(false);
      case 'emptyRedis':
        return cluster.emptyRedis();
      case 'restartPostgres':
        return cluster.restartPostgres();
    }
  }
}
