/** A profile picture, or an initial on a colour that depends on the user name only. */
import { useState } from 'preact/hooks';
import { type ChatId, chatWith, peerOf } from '../chats.js';
import { useResource } from '../resources.js';
import { nameOf, titleOf, useStore } from '../store.js';

const HUES = [12, 38, 95, 152, 190, 222, 262, 318];

function hueOf(seed: string): number {
  let hash = 0;
  for (let i = 0; i < seed.length; i += 1) hash = (hash * 31 + seed.charCodeAt(i)) % 9_973;
  return HUES[hash % HUES.length] ?? 0;
}

/** The first visible character: an emoji or a composed letter is one. */
const initialOf = (name: string): string => {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? '?';
};

interface Props {
  /** The source of the colour. */
  seed: string;
  name: string;
  size?: number;
  /** media_id, or ''. */
  picture?: string;
  isGroup?: boolean;
}

export function Avatar({ seed, name, size = 40, picture = '', isGroup = false }: Props) {
  const url = useResource(picture);
  const [broken, setBroken] = useState('');
  const style = { '--avatar-hue': hueOf(seed), '--avatar-size': `${size}px` };
  return (
    <span class="avatar" style={style} data-group={isGroup} aria-hidden="true">
      {url === '' || url === broken ? (
        initialOf(name)
      ) : (
        <img src={url} alt="" width={size} height={size} onError={() => setBroken(url)} />
      )}
    </span>
  );
}

export function UserAvatar({ username, size }: { username: string; size: number }) {
  const name = useStore((state) => nameOf(state, username));
  const picture = useStore(
    ({ people, chats }) => people[username]?.avatar || chats[chatWith(username)]?.avatar || '',
  );
  return <Avatar seed={username} name={name} size={size} picture={picture} />;
}

export function ChatAvatar({ id, size }: { id: ChatId; size: number }) {
  const name = useStore((state) => titleOf(state, id));
  const peer = peerOf(id);
  const picture = useStore((state) =>
    'gid' in peer ? state.groups[peer.gid]?.avatar || state.chats[id]?.avatar || '' : '',
  );
  if ('username' in peer) return <UserAvatar username={peer.username} size={size} />;
  return <Avatar seed={id} name={name} size={size} picture={picture} isGroup />;
}
