import { JIM, show } from './page.js';

export const EXAMPLES = {
  createGroup: async () => {
    const { gid } = await JIM.createGroup({
      group_name: 'Hikers',
      group_description: 'Sundays',
      is_limit: true,
    });
    show(gid);
  },
  exitGroup: async () => {
    await JIM.exitGroup({ gid: 12345 });
  },
  addGroupMembers: async () => {
    await JIM.addGroupMembers({ gid: 12345, member_usernames: [{ username: 'bob' }, { username: 'carol' }] });
  },
  delGroupMembers: async () => {
    await JIM.delGroupMembers({ gid: 12345, member_usernames: [{ username: 'bob' }] });
  },
  getGroups: async () => {
    const { group_list } = await JIM.getGroups();
    for (const { gid, name } of group_list) show(gid, name);
  },
  getGroupInfo: async () => {
    const { group_info } = await JIM.getGroupInfo({ gid: 12345 });
    show(group_info.name, group_info.desc);
  },
  updateGroupInfo: async () => {
    await JIM.updateGroupInfo({ gid: 12345, group_name: 'Hikers and climbers' });
  },
  getGroupMembers: async () => {
    const { member_list } = await JIM.getGroupMembers({ gid: 12345 });
    const owner = member_list.find(({ flag }) => flag === 1);
    show(owner?.username);
  },
  joinGroup: async () => {
    await JIM.joinGroup({ gid: 12345, reason: 'I hike every Sunday.' });
  },
  addGroupMemberResp: () => {
    JIM.onEventNotification((event) => {
      if (event.event_type !== 56) return;
      const { gid, event_id, from_username, to_usernames = [] } = event;
      for (const { username } of to_usernames) {
        JIM.addGroupMemberResp({ gid, event_id, from_username, target_username: username, result: 0 });
      }
    });
  },
  addGroupMemSilence: async () => {
    await JIM.addGroupMemSilence({ gid: 12345, target_username: 'bob' });
  },
  delGroupMemSilence: async () => {
    await JIM.delGroupMemSilence({ gid: 12345, target_username: 'bob' });
  },
  addGroupKeeper: async () => {
    await JIM.addGroupKeeper({ gid: 12345, member_usernames: [{ username: 'bob' }] });
  },
  delGroupKeeper: async () => {
    await JIM.delGroupKeeper({ gid: 12345, member_usernames: [{ username: 'bob' }] });
  },
  changeGroupAdmin: async () => {
    await JIM.changeGroupAdmin({ gid: 12345, target_username: 'bob' });
  },
  dissolveGroup: async () => {
    await JIM.dissolveGroup({ gid: 12345 });
  },
  getAppkeyPublicGroups: async () => {
    const { result } = await JIM.getAppkeyPublicGroups({ start: 0 });
    show(result.total, result.groups.length);
  },
};
