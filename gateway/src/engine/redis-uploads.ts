/** The uploads under way on all nodes, in Redis. Those of a node that has died count until they would have been cut off. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { UploadBegun, UploadLimits, UploadsUnderWay } from '../store/media-quota.js';
import { BEGIN_UPLOAD } from './redis-scripts.js';

export class RedisUploads implements UploadsUnderWay {
  constructor(
    private readonly commands: Redis,
    private readonly prefix: string,
    private readonly local: UploadsUnderWay,
    private readonly onLost: () => void,
  ) {}

  async begin(uid: number, bytes: number, limits: UploadLimits): Promise<UploadBegun | undefined> {
    const keys = [`${this.prefix}uploads:${uid}`, `${this.prefix}uploads`];
    const name = randomUUID();
    const { ofAccount, ofAll, longestMs } = limits;
    try {
      const args = [name, bytes, longestMs, ofAccount, ofAll];
      const sums = await this.commands.eval(BEGIN_UPLOAD, keys.length, ...keys, ...args);
      if (!Array.isArray(sums)) return undefined;
      const [own = 0, all = 0] = sums.map(Number);
      const end = (): void => {
        for (const key of keys) void this.commands.zrem(key, `${name}:${bytes}`).catch(this.onLost);
      };
      return { own, all, end };
    } catch {
      this.onLost();
      return this.local.begin(uid, bytes, limits);
    }
  }
}
