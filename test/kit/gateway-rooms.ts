/** Chat rooms for tests. */
import type { Store } from '../../gateway/src/store/index.js';
import { APPKEY } from './wire-socket.js';

export const makeRoom = (
  { rooms }: Pick<Store, 'rooms'>,
  fields: Partial<Parameters<Store['rooms']['create']>[0]> = {},
): Promise<number> =>
  rooms.create({
    appkey: APPKEY,
    name: '聊天室 😀',
    description: 'about',
    owner: 0,
    max_member_count: 10,
    ctime: 1_500_000_000,
    ...fields,
  });
