import { file, JIM, show } from './page.js';

export const EXAMPLES = {
  getAppkeyChatrooms: async () => {
    const { result } = await JIM.getAppkeyChatrooms({ start: 0 });
    for (const { id, name } of result.rooms) show(id, name);
  },
  getSelfChatrooms: async () => {
    const { chat_rooms } = await JIM.getSelfChatrooms();
    show(chat_rooms.length);
  },
  getChatroomInfo: async () => {
    const { info } = await JIM.getChatroomInfo({ id: 77 });
    show(info.name, info.total_member_count);
  },
  enterChatroom: async () => {
    JIM.onRoomMsg(({ content }) => show(content.from_id));
    await JIM.enterChatroom({ id: 77 });
  },
  exitChatroom: async () => {
    await JIM.exitChatroom({ id: 77 });
  },
  sendChatroomMsg: async () => {
    await JIM.sendChatroomMsg({ target_rid: 77, content: 'hi, all' });
  },
  sendChatroomPic: async () => {
    await JIM.sendChatroomPic({ target_rid: 77, image: file });
  },
  sendChatroomFile: async () => {
    await JIM.sendChatroomFile({ target_rid: 77, file });
  },
  sendChatroomLocation: async () => {
    await JIM.sendChatroomLocation({
      target_rid: 77,
      latitude: 22.5,
      longitude: 113.9,
      scale: 15,
      label: 'Shenzhen',
    });
  },
  sendChatroomCustom: async () => {
    await JIM.sendChatroomCustom({ target_rid: 77, custom: { gift: 'rose' } });
  },
};
