/**
 * Builds the command line as one file, and the database's thread. `src/protocol` goes in, and so does kysely: its hundreds of modules would be
 * a third of the time until the gateway listens. Other packages stay outside.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** A thread is started from a file. */
const THREAD = 'pglite-thread';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    ssr: true,
    rollupOptions: {
      input: { main: 'src/main.ts', [THREAD]: `src/store/embedded/${THREAD}.mjs` },
      output: { entryFileNames: ({ name }) => (name === THREAD ? '[name].mjs' : '[name].js') },
    },
    outDir: 'dist',
    target: 'node20',
    sourcemap: true,
  },
  ssr: { external: true, noExternal: ['kysely'] },
});
