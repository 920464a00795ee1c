/**
 * The environment of the tests of browsers and gateways: Node, and a list of what outlives the files of a process. A browser or a gateway takes seconds of
 * processor time to start. So it serves one file after the other, and closes here.
 */
import { builtinEnvironments, type Environment } from 'vitest/runtime';
import { beginLife, endLife } from './lifelong.js';

export default {
  name: 'lifelong',
  viteEnvironment: 'ssr',
  async setup(global, options) {
    const node = await builtinEnvironments.node.setup(global, options);
    beginLife();
    return {
      async teardown(ended) {
        await endLife();
        await node.teardown(ended);
      },
    };
  },
} satisfies Environment;
