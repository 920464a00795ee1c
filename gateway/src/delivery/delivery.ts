/** The live delivery of stored messages: to every session of a recipient or of a group's members, and to the sender's other sessions. */
import type { Logger } from 'pino';
import type { Connection } from '../connection/connection.js';
import type { Groups } from '../store/groups.js';
import type { StoredMessage } from '../store/message-writer.js';
import { loopTurn } from '../util/turns.js';
import type { Presence } from './presence.js';

interface Parts {
  presence: Presence<Connection>;
  groups: Groups;
}

/** A stored message with its recipients. */
export type Deliverable = Pick<StoredMessage, 'delivered' | 'encoded'> & {
  from: Pick<StoredMessage['from'], 'sender' | 'recipient' | 'gid' | 'origin'>;
};

/** Never fails: a session that was not reached finds the message at its next sync. */
export async function deliver(
  parts: Parts & { log: Logger },
  messages: readonly StoredMessage[],
): Promise<void> {
  try {
    await deliverHere(parts, messages);
  } catch (error) {
    parts.log.error({ err: error }, 'stored messages could not be delivered');
  }
}

/** Delivers to the sessions of this node. */
export async function deliverHere(
  { presence, groups }: Parts,
  messages: readonly Deliverable[],
): Promise<void> {
  const due = new Map<Connection, Deliverable[]>();
  const give = (uid: number, message: Deliverable): void => {
    const { sender, origin } = message.from;
    for (const connection of presence.of(uid).values()) {
      if (uid === sender && connection.id === origin) continue;
      const given = due.get(connection);
      if (given) given.push(message);
      else due.set(connection, [message]);
    }
  };
  for (const message of messages) {
    const { sender, recipient, gid } = message.from;
    give(sender, message);
    if (gid > 0) for (const uid of await membersOf(message, groups)) give(uid, message);
    else if (message.delivered) give(recipient, message);
  }
  for (const [connection, given] of due) {
    await loopTurn.breathe();
    connection.session?.feed.deliver(given.map(({ encoded }) => encoded));
  }
}

/** The members that a group's message goes to, without its sender. */
async function membersOf({ from, encoded }: Deliverable, groups: Groups): Promise<number[]> {
  const audience = await groups.audience(from.gid);
  // A member who has joined since it was sent is in the audience, and is no recipient.
  return [...(audience?.members ?? [])].flatMap(([uid, { shielded, joinedMsgId }]) =>
    uid === from.sender || shielded || joinedMsgId >= encoded.msg_id ? [] : [uid],
  );
}
