/** Reads the stored messages of a stopped gateway from its data folder: the final proof of each send. */
import { openDatabase } from '../../gateway/src/store/database.js';
import { timeOf } from '../../gateway/src/store/message-ids.js';
import type { MessageContent } from '../../src/protocol/index.js';

interface MessageInDatabase {
  msg_id: number;
  ctime_ms: number;
  content: MessageContent;
}

/** @returns every message to users and groups, in the order of ids */
export async function messagesIn(folder: string): Promise<MessageInDatabase[]> {
  const { db, close } = await openDatabase(folder);
  try {
    const rows = await db
      .selectFrom('message')
      .select(['msg_id', 'content_json'])
      .orderBy('msg_id')
      .execute();
    return rows.map(({ msg_id, content_json }) => ({
      msg_id,
      ctime_ms: timeOf(msg_id),
      content: JSON.parse(content_json) as MessageContent,
    }));
  } finally {
    await close();
  }
}
