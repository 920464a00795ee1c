/** How long files are kept: while somebody asks for them, as avatars, and not beyond their row. */

import { existsSync } from 'node:fs';
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { freshData } from '../../test/kit/gateway-database.js';
import { openStore } from '../../test/kit/gateway-in-process.js';
import { png } from '../../test/kit/images.js';
import { md5 } from '../../test/kit/signing.js';
import { APPKEY } from '../../test/kit/wire-socket.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

describe('files', () => {
  it('in memory are gone with their gateway', async () => {
    const store = await openStore('memory');
    const { directory } = store.media.files;
    expect(existsSync(directory)).toBe(true);
    await store.close();
    expect(existsSync(directory)).toBe(false);
  });

  it('are deleted when nobody has asked for them in a long time; avatars stay', async () => {
    const own = await freshData();
    let time = Date.now();
    const store = await openStore(own.path, {}, () => time);
    const { files } = store.media;
    const add = async (type: string): Promise<string> => {
      const received = await files.receive(Readable.from([png(1, 1)]));
      return store.media.add(received, { appkey: APPKEY, uid: 1, type, mime: 'image/png', fname: 'x' });
    };
    const [forgotten, asked, avatar] = [await add('image'), await add('image'), await add('image')];
    await store.accounts.create(
      { appkey: APPKEY, username: 'somebody', passwordHash: md5('x'), profile: { avatar } },
      { key: 'key', answer: { code: 0, message: '' }, nowMs: time },
    );
    time += 20 * DAY_MS;
    expect(await store.media.use(asked)).toBeDefined();
    time += 11 * DAY_MS;
    await store.sweep();
    expect(await store.media.find(forgotten)).toBeUndefined();
    const names = await readdir(files.directory);
    expect(names.sort()).toEqual([asked, avatar, 'incoming'].sort());
    await store.close();
    await own.remove();
  });

  it('that cannot be written fail', async () => {
    const own = await freshData();
    const store = await openStore(own.path);
    const { files } = store.media;
    await rm(join(files.directory, 'incoming'), { recursive: true });
    await expect(files.receive(Readable.from([png(1, 1)]))).rejects.toMatchObject({ code: 'ENOENT' });
    await store.close();
    await own.remove();
  });

  it('that a killed gateway has left behind are deleted by the next one', async () => {
    const own = await freshData();
    const first = await openStore(own.path);
    const { directory } = first.media.files;
    await first.close();
    const cutOff = join(directory, 'incoming', 'cut-off');
    const orphan = join(directory, '0'.repeat(32));
    const foreign = join(directory, 'README');
    for (const path of [cutOff, orphan, foreign]) {
      await writeFile(path, 'x');
      await utimes(path, new Date(0), new Date(0));
    }
    const second = await openStore(own.path);
    await second.sweep();
    expect([existsSync(cutOff), existsSync(orphan), existsSync(foreign)]).toEqual([false, false, true]);
    await second.close();
    await own.remove();
  });
});
