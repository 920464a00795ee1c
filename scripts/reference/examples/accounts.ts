import { auth, file, JIM, show } from './page.js';

export const EXAMPLES = {
  init: async () => {
    await JIM.init(await auth());
  },
  register: async () => {
    await JIM.register({ username: 'alice', password: 'secret', nickname: 'Alice' });
  },
  login: async () => {
    const { username, online_list } = await JIM.login({ username: 'alice', password: 'secret' });
    show(username, online_list.length);
  },
  attach: () => {
    JIM.attach({ appkey: 'my-app', username: 'alice' }).onFail(({ code }) => {
      if (code === 889007) show('no session: ask for the password');
    });
  },
  loginOut: async () => {
    await JIM.loginOut({ wipe: true });
  },
  getUserInfo: async () => {
    const { user_info } = await JIM.getUserInfo({ username: 'bob' });
    show(user_info.nickname, user_info.avatar);
  },
  updateSelfInfo: async () => {
    await JIM.updateSelfInfo({ nickname: 'Alice', gender: 2, extras: { team: 'blue' } });
  },
  updateSelfAvatar: () => {
    JIM.updateSelfAvatar({ avatar: file }).onProgress(({ loaded, total }) => show(loaded / total));
  },
  updateSelfPwd: async () => {
    await JIM.updateSelfPwd({ old_pwd: 'secret', new_pwd: 'another secret' });
  },
  getSessions: async () => {
    const { sessions } = await JIM.getSessions();
    for (const { platform, agent, is_current } of sessions) show(platform, agent, is_current);
  },
  logoutSession: async () => {
    const { sessions } = await JIM.getSessions();
    for (const { id, is_current } of sessions) if (!is_current) await JIM.logoutSession({ id });
  },
  getResource: async () => {
    const { url } = await JIM.getResource({ media_id: 'qiniu/image/a.png' });
    show(url);
  },
};
