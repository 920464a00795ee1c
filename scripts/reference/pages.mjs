/** `docs/api/`: made by TypeDoc from the declarations of `src/protocol/api`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Application, TSConfigReader, TypeDocReader } from 'typedoc';
import { inRoot } from '../lib/paths.mjs';

/** @returns {Promise<Record<string, string>>} the pages by their path from the root */
export async function apiPages() {
  const out = mkdtempSync(path.join(os.tmpdir(), 'jmessage-api-'));
  try {
    const app = await Application.bootstrapWithPlugins(
      { options: inRoot('scripts/reference/typedoc.json'), out },
      [new TypeDocReader(), new TSConfigReader()],
    );
    const project = await app.convert();
    if (!project) throw new Error('TypeDoc could not read src/protocol/api');
    await app.generateOutputs(project);
    return Object.fromEntries(
      readdirSync(out)
        .sort()
        .map((name) => [`docs/api/${name}`, readFileSync(path.join(out, name), 'utf8')]),
    );
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
