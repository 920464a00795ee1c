/** The page host, for pages without any worker: the runtime runs in the page itself, for this page alone. Only such pages load it. */
import type { Host, RuntimeFiles } from './host.js';

export function pageHost({ page: load }: RuntimeFiles): Host {
  return {
    kind: 'page',
    name: 'page',
    connect: () => load().then((runtime) => runtime.open()),
  };
}
