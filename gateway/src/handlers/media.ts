/** Permissions to upload files, to fetch them and to be seen with them. Nothing is changed, so no answer is kept. */
import { CODES } from '../../../src/protocol/index.js';
import { type Answer, refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import type { Change } from '../delivery/changes.js';
import { isOwnImage } from '../store/media.js';
import { type Handling, sessionOf } from './types.js';

export async function getUploadToken({ services, connection }: Handling<'get_upload_token'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  const { store, tickets, settings } = services;
  const passwordHash = (await store.accounts.passwordHash(uid)) ?? '';
  const uptoken = tickets.uploadToken({ uid, passwordHash }, settings.uploadTokenLifetimeMs);
  return { answer: success({ uptoken }) };
}

/** A client with a media_id may fetch the file. The id cannot be guessed, and messages cross applications. */
export async function getResource({
  services,
  connection,
  payload,
}: Handling<'get_resource'>): Promise<Reply> {
  const { store, tickets, settings } = services;
  const media = await store.media.use(payload.media_id);
  if (!media) return { answer: refuse(CODES.fileNotExist) };
  const base = settings.publicUrl || connection.socket.origin;
  return {
    answer: success({ url: `${base}${tickets.mediaPath(media.media_id, settings.mediaUrlLifetimeMs)}` }),
  };
}

/** An account shows itself, or its group, with an image that it has uploaded. */
export async function refuseAvatar(
  { transaction }: Pick<Change, 'transaction'>,
  uid: number,
  mediaId: string | undefined,
): Promise<Answer | null> {
  if (mediaId === undefined || (await isOwnImage(transaction, uid, mediaId))) return null;
  return refuse(CODES.fileNotExist, 'the avatar is no image that this account has uploaded');
}
