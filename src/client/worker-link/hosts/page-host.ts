/** The page host, for pages without any worker: the runtime runs in the page itself, for this page alone. Only such pages load it. */
import type { Host, PageRuntime, RuntimeFiles } from './host.js';

export function pageHost({ page: load }: RuntimeFiles): Host {
  let runtime: PageRuntime | undefined;
  return {
    kind: 'page',
    name: 'page',
    connect: () =>
      load().then((loaded) => {
        runtime = loaded;
        return loaded.open();
      }),
    leave: (calls) => runtime?.leave(calls),
  };
}
