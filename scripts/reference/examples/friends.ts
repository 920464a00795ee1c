import { JIM, show } from './page.js';

export const EXAMPLES = {
  getInvitations: async () => {
    const { events } = await JIM.getInvitations();
    for (const { event_type, from_username, description } of events)
      show(event_type, from_username, description);
  },
  getFriendList: async () => {
    const { friend_list } = await JIM.getFriendList();
    for (const { username, memo_name } of friend_list) show(username, memo_name);
  },
  addFriend: async () => {
    await JIM.addFriend({ target_name: 'bob', why: 'We met yesterday.' });
  },
  acceptFriend: async () => {
    await JIM.acceptFriend({ target_name: 'bob' });
  },
  declineFriend: async () => {
    await JIM.declineFriend({ target_name: 'bob', why: 'I do not know you.' });
  },
  delFriend: async () => {
    await JIM.delFriend({ target_name: 'bob' });
  },
  updateFriendMemo: async () => {
    await JIM.updateFriendMemo({ target_name: 'bob', memo_name: 'Bob from work' });
  },
};
