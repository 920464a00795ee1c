import { JIM, show } from './page.js';

export const EXAMPLES = {
  getConversation: async () => {
    const { conversations, from_cache } = await JIM.getConversation();
    for (const { name, unread_msg_count } of conversations) show(name, unread_msg_count);
    if (from_cache) show('offline: from this device');
  },
  getHistory: async () => {
    const { messages, more } = await JIM.getHistory({ username: 'bob', limit: 50 });
    const [oldest] = messages;
    if (more && oldest) await JIM.getHistory({ username: 'bob', before: oldest });
  },
  updateConversation: () => {
    JIM.updateConversation({ username: 'bob', extras: { pinned: true } });
  },
  getUnreadMsgCnt: () => {
    show(JIM.getUnreadMsgCnt({ gid: 12345 }));
  },
  resetUnreadCount: () => {
    JIM.resetUnreadCount({ username: 'bob' });
  },
  closeConversation: () => {
    JIM.closeConversation({ username: 'bob' });
  },
};
