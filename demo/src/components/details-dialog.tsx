/** The partner or group of a conversation. */
import { type ChatId, peerOf } from '../chats.js';
import { GroupDialog } from './group-dialog.js';
import { PersonDialog } from './person-dialog.js';

export function DetailsDialog({ id, onClose }: { id: ChatId; onClose: () => void }) {
  const peer = peerOf(id);
  return 'gid' in peer ? (
    <GroupDialog gid={peer.gid} onClose={onClose} />
  ) : (
    <PersonDialog username={peer.username} onClose={onClose} />
  );
}
