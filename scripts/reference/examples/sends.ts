import { file, JIM, show } from './page.js';

export const EXAMPLES = {
  sendSingleMsg: () => {
    JIM.sendSingleMsg({ target_username: 'bob', content: 'hi', need_receipt: true })
      .onSuccess(({ msg_id }, message) => show(msg_id, message.content))
      .onQueued(({ id }) => show(`${id} waits for a connection`))
      .onFail(({ code, message }) => show(code, message))
      .onTimeout(() => show('no answer'));
  },
  sendSinglePic: () => {
    JIM.sendSinglePic({ target_username: 'bob', image: file }).onProgress(({ loaded, total }) =>
      show(loaded / total),
    );
  },
  sendSingleFile: async () => {
    await JIM.sendSingleFile({ target_username: 'bob', file });
  },
  sendSingleLocation: async () => {
    await JIM.sendSingleLocation({
      target_username: 'bob',
      latitude: 22.5,
      longitude: 113.9,
      scale: 15,
      label: 'Shenzhen',
    });
  },
  sendSingleCustom: async () => {
    await JIM.sendSingleCustom({ target_username: 'bob', custom: { order: 4711 } });
  },
  sendGroupMsg: async () => {
    await JIM.sendGroupMsg({ target_gid: 12345, content: '@bob hi', at_list: [{ username: 'bob' }] });
  },
  sendGroupPic: async () => {
    await JIM.sendGroupPic({ target_gid: 12345, image: file });
  },
  sendGroupFile: async () => {
    await JIM.sendGroupFile({ target_gid: 12345, file });
  },
  sendGroupLocation: async () => {
    await JIM.sendGroupLocation({
      target_gid: 12345,
      latitude: 22.5,
      longitude: 113.9,
      scale: 15,
      label: 'Shenzhen',
    });
  },
  sendGroupCustom: async () => {
    await JIM.sendGroupCustom({ target_gid: 12345, custom: { poll: ['yes', 'no'] } });
  },
};
