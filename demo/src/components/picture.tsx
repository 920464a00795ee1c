/** An image in a message. It has its size before it loads, and a click enlarges it. */
import { useEffect, useState } from 'preact/hooks';
import type { ChatMessage } from '../chat-messages.js';
import type { Content } from '../content.js';
import { useResource } from '../resources.js';
import { useStrings } from '../strings.js';
import { Icon } from './icon.js';
import { Lightbox } from './lightbox.js';
import { Progress } from './progress.js';

const MAX_WIDTH_PX = 320;
const MAX_HEIGHT_PX = 340;
const MIN_SIDE_PX = 72;
/** The size of an image whose sender gives none. */
const UNKNOWN = { width: 240, height: 180 };

type Image = Extract<Content, { type: 'image' }>;

/** The size of an image on the page: its own size within limits. */
function boxOf({ width, height }: Pick<Image, 'width' | 'height'>): { width: number; height: number } {
  if (width === 0 || height === 0) return UNKNOWN;
  const scale = Math.min(1, MAX_WIDTH_PX / width, MAX_HEIGHT_PX / height);
  const scaled = (side: number) => Math.max(MIN_SIDE_PX, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

export function Picture({ image, message }: { image: Image; message: ChatMessage }) {
  const strings = useStrings();
  const [isLarge, setLarge] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const found = useResource(image.localUrl === undefined ? image.mediaId : '');
  const url = image.localUrl ?? found;
  useEffect(() => setBroken(false), [url]);
  const { width, height } = boxOf(image);
  const style = { '--width': `${width}px`, '--ratio': `${width} / ${height}` };
  return (
    <span class="picture" style={style}>
      {isBroken && <Icon name="image" size={32} />}
      {url !== '' && !isBroken && (
        <button type="button" aria-label={strings.enlarge} onClick={() => setLarge(true)}>
          <img
            src={url}
            alt={strings.photo}
            width={width}
            height={height}
            decoding="async"
            draggable={false}
            onError={() => setBroken(true)}
          />
        </button>
      )}
      <Progress message={message} />
      {isLarge && <Lightbox url={url} mediaId={image.mediaId} onClose={() => setLarge(false)} />}
    </span>
  );
}
