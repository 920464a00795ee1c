import { JIM, show } from './page.js';

export const EXAMPLES = {
  getOutbox: async () => {
    const { entries } = await JIM.getOutbox();
    for (const { id, state, content } of entries) show(id, state, content.msg_type);
  },
  retrySend: async () => {
    const { entries } = await JIM.getOutbox();
    for (const { id, state } of entries) if (state === 'failed') await JIM.retrySend({ id });
  },
  cancelSend: () => {
    const request = JIM.sendSingleMsg({ target_username: 'bob', content: 'hi' });
    JIM.cancelSend({ id: request.id }).onFail(({ code }) => {
      if (code === 889012) show('too late: retract the message instead');
    });
  },
};
