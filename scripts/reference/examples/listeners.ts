import { JIM, show } from './page.js';

export const EXAMPLES = {
  onMsgReceive: () => {
    JIM.onMsgReceive(({ messages }) => {
      for (const { content, msg_id } of messages) show(msg_id, content.from_id, content.msg_type);
    });
  },
  onSyncConversation: () => {
    JIM.onSyncConversation((conversations) => {
      for (const { key, unread_msg_count, msgs } of conversations) show(key, unread_msg_count, msgs.length);
    });
  },
  onEventNotification: () => {
    JIM.onEventNotification((event) => {
      if (event.event_type === 5) show(`${event.from_username} sends an invitation or its answer`);
    });
  },
  onSyncEvent: () => {
    JIM.onSyncEvent((events) => show(events.length));
  },
  onUserInfUpdate: () => {
    JIM.onUserInfUpdate(({ username }) => show(`${username} has another profile`));
  },
  onMsgReceiptChange: () => {
    JIM.onMsgReceiptChange(({ receipt_msgs }) => {
      for (const { msg_id, unread_count } of receipt_msgs) show(msg_id, unread_count);
    });
  },
  onSyncMsgReceipt: () => {
    JIM.onSyncMsgReceipt((changes) => {
      for (const { receipt_msgs } of changes) show(receipt_msgs.length);
    });
  },
  onMutiUnreadMsgUpdate: () => {
    JIM.onMutiUnreadMsgUpdate((name) => show(name.type === 3 ? name.username : name.gid));
  },
  onTransMsgRec: () => {
    JIM.onTransMsgRec(({ from_username, cmd }) => show(from_username, cmd));
  },
  onRoomMsg: () => {
    JIM.onRoomMsg(({ room_id, content }) => show(room_id, content.from_id));
  },
  onDisconnect: () => {
    JIM.onDisconnect(() => show('the connection was lost'));
  },
  onStateChange: () => {
    JIM.onStateChange(({ state, retryAt, reason }) => show(state, retryAt, reason));
  },
  onOutboxChange: () => {
    JIM.onOutboxChange(({ id, state, message }) => show(id, state, message));
  },
  onUnreadChange: () => {
    JIM.onUnreadChange(({ type, unread_msg_count }) => show(type, unread_msg_count));
  },
  onActiveChange: () => {
    JIM.onActiveChange((active) => show(active ? 'this tab notifies' : 'another tab notifies'));
  },
  onInvitationAnswer: () => {
    JIM.onInvitationAnswer(({ username, gid }) => show(username, gid ? 'group' : 'friend'));
  },
  onOutdated: () => {
    JIM.onOutdated(() => location.reload());
  },
  onDegraded: () => {
    JIM.onDegraded(({ reason }) => show(`unsent messages are not kept: ${reason}`));
  },
};
