/** Parts of a message, whichever its type. */
import type { MessageContent } from '../../src/protocol/index.js';

/** @returns undefined: the message is no text */
export const textOf = ({ content }: { content: MessageContent }): string | undefined =>
  content.msg_type === 'text' ? content.msg_body.text : undefined;

/** @returns '': the body names no uploaded file */
export const mediaIdOf = ({ msg_body }: MessageContent): string =>
  'media_id' in msg_body ? String(msg_body.media_id) : '';
