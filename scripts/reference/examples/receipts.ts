import { JIM, show } from './page.js';

export const EXAMPLES = {
  msgRetract: async () => {
    const { msg_id } = await JIM.sendSingleMsg({ target_username: 'bob', content: 'hi' });
    await JIM.msgRetract({ msg_id });
  },
  msgUnreadList: async () => {
    const { msg_unread_list } = await JIM.msgUnreadList({ msg_id: 1700000000000000 });
    show(msg_unread_list.read_list.length, msg_unread_list.unread_list.length);
  },
  addSingleReceiptReport: () => {
    JIM.onMsgReceive(({ messages: [message] }) => {
      if (!message.need_receipt || message.msg_type !== 3) return;
      JIM.addSingleReceiptReport({ username: message.from_username, msg_ids: [message.msg_id] });
    });
  },
  addGroupReceiptReport: async () => {
    await JIM.addGroupReceiptReport({ gid: 12345, msg_ids: [1700000000000000] });
  },
  transSingleMsg: async () => {
    await JIM.transSingleMsg({ target_username: 'bob', cmd: 'typing' });
  },
  transGroupMsg: async () => {
    await JIM.transGroupMsg({ gid: 12345, cmd: 'typing' });
  },
  transPlatMsg: async () => {
    await JIM.transPlatMsg({ platform: 'all', cmd: 'theme=dark' });
  },
};
