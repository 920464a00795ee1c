import { JIM, show } from './page.js';

export const EXAMPLES = {
  getNoDisturb: async () => {
    const { no_disturb } = await JIM.getNoDisturb();
    show(no_disturb.global === 1, no_disturb.users, no_disturb.groups);
  },
  addSingleNoDisturb: async () => {
    await JIM.addSingleNoDisturb({ target_name: 'bob' });
  },
  delSingleNoDisturb: async () => {
    await JIM.delSingleNoDisturb({ target_name: 'bob' });
  },
  addGroupNoDisturb: async () => {
    await JIM.addGroupNoDisturb({ gid: 12345 });
  },
  delGroupNoDisturb: async () => {
    await JIM.delGroupNoDisturb({ gid: 12345 });
  },
  addGlobalNoDisturb: async () => {
    await JIM.addGlobalNoDisturb();
  },
  delGlobalNoDisturb: async () => {
    await JIM.delGlobalNoDisturb();
  },
  addGroupShield: async () => {
    await JIM.addGroupShield({ gid: 12345 });
  },
  delGroupShield: async () => {
    await JIM.delGroupShield({ gid: 12345 });
  },
  groupShieldList: async () => {
    const { groups } = await JIM.groupShieldList();
    show(groups.map(({ name }) => name));
  },
  getBlacks: async () => {
    const { black_list } = await JIM.getBlacks();
    show(black_list.map(({ username }) => username));
  },
  addSingleBlacks: async () => {
    await JIM.addSingleBlacks({ member_usernames: [{ username: 'mallory' }] });
  },
  delSingleBlacks: async () => {
    await JIM.delSingleBlacks({ member_usernames: [{ username: 'mallory' }] });
  },
};
