/** Chat rooms: made here, and users kept from speaking in them, since no client can. */
import * as v from 'valibot';
import { isStorableName } from '../../store/accounts.js';
import { HttpRefusal } from '../errors.js';
import {
  checked,
  invalid,
  NO_SUCH_ROOM,
  NO_SUCH_USER,
  type Outcome,
  type Route,
  type ServerCall,
  userOf,
} from './call.js';

const MAX_NAME_BYTES = 64;
const MAX_DESCRIPTION_BYTES = 250;

const MS_PER_SECOND = 1_000;

const storable = v.pipe(v.string(), v.check(isStorableName));

const chatroom = v.object({
  owner_username: v.string(),
  name: v.pipe(storable, v.minLength(1), v.maxBytes(MAX_NAME_BYTES)),
  description: v.optional(v.pipe(storable, v.maxBytes(MAX_DESCRIPTION_BYTES)), ''),
});

async function create({ services, appkey, body }: ServerCall): Promise<Outcome | HttpRefusal> {
  const input = checked(chatroom, body, 'chatroom');
  if (input instanceof HttpRefusal) return input;
  const { store, settings, now } = services;
  const owner = await store.accounts.find(appkey, input.owner_username);
  if (!owner) return NO_SUCH_USER;
  const chatroom_id = await store.rooms.create({
    appkey,
    name: input.name,
    description: input.description,
    owner: owner.uid,
    max_member_count: settings.roomMembers,
    ctime: Math.floor(now() / MS_PER_SECOND),
  });
  return { status: 201, body: { chatroom_id } };
}

/** Takes a user's voice in a room, or gives it back. */
async function forbid(call: ServerCall): Promise<Outcome | HttpRefusal> {
  const { services, appkey, params, query } = call;
  const { status } = query;
  if (status !== '0' && status !== '1') return invalid('status must be 0 or 1');
  const { rooms } = services.store;
  const id = Number(params.id);
  const room = Number.isSafeInteger(id) ? await rooms.find(id) : undefined;
  if (room?.appkey !== appkey) return NO_SUCH_ROOM;
  const account = await userOf(call);
  if (account instanceof HttpRefusal) return account;
  await rooms.setBanned(id, [account.uid], status === '1');
  await services.live.forget('room', id);
  return { status: 204 };
}

export const chatrooms: readonly Route[] = [
  ['POST', '/v1/chatroom', create],
  ['PUT', '/v1/chatroom/:id/forbidden/:username', forbid],
];
