/**
 * An application that has installed the package, without the network. The packed tarball is unpacked into its node_modules, and the
 * dependencies are linked from this repository's.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE = 'jmessage-runtime';
const run = promisify(execFile);

export const tool = (file: string): string => path.join(ROOT, 'node_modules', file);

interface Ran {
  code: number;
  output: string;
}

export class Consumer {
  private constructor(
    readonly folder: string,
    /** The packed package. */
    readonly tarball: string,
  ) {}

  static async create(): Promise<Consumer> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'jmessage-consumer-'));
    const { stdout } = await run(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
      {
        cwd: ROOT,
      },
    );
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const consumer = new Consumer(folder, path.join(folder, filename));
    const installed = consumer.path('node_modules', PACKAGE);
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', consumer.tarball, '-C', installed, '--strip-components=1']);
    const manifest = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    // The dependencies have a folder of their own, because an application cannot import packages that it does not declare.
    await mkdir(path.join(installed, 'node_modules'));
    for (const name of Object.keys(manifest.dependencies)) {
      await symlink(tool(name), path.join(installed, 'node_modules', name));
    }
    await consumer.write('package.json', JSON.stringify({ name: 'consumer', type: 'module', private: true }));
    return consumer;
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(path.dirname(this.path(file)), { recursive: true });
    await writeFile(this.path(file), text);
  }

  /** Runs Node in the application's folder. */
  async node(...args: string[]): Promise<Ran> {
    try {
      const { stdout, stderr } = await run(process.execPath, args, { cwd: this.folder });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
