import { JIM, show } from './page.js';

export const EXAMPLES = {
  isInit: async () => {
    if (!JIM.isInit()) await JIM.init();
  },
  isLogin: () => {
    if (!JIM.isLogin()) location.assign('/login');
  },
  isConnect: () => {
    show(JIM.isConnect() ? 'online' : 'messages wait until the network returns');
  },
  isActive: () => {
    JIM.onMsgReceive(() => {
      if (JIM.isActive()) new Audio('/ding.mp3').play();
    });
  },
  inspect: async () => {
    const { host, worker } = await JIM.inspect();
    show(host, worker?.tabs.length, worker?.log.at(-1));
  },
  getState: () => {
    const { state, username, tabs } = JIM.getState();
    show(state, username, tabs);
  },
  addListener: () => {
    const remove = JIM.addListener('onStateChange', ({ state }) => show(state));
    window.addEventListener('pagehide', remove);
  },
  connectNow: () => {
    const { state, retryAt } = JIM.getState();
    show(state, retryAt);
    JIM.connectNow();
  },
  restart: () => {
    JIM.restart();
  },
  destroy: () => {
    JIM.destroy();
  },
};
