/** Answers about accounts and files. */
import { CODES } from '../../protocol/codes/codes.js';
import { type Handlers, OK } from './handler.js';

/** By event. */
export const ACCOUNTS: Handlers = {
  get_across_user_info: ({ data, fields }) => {
    const account = data.accounts.get(String(fields.username));
    return account ? { user_info: data.userOf(account) } : CODES.userExists;
  },
  update_user_inf: ({ self, fields }) => {
    Object.assign(self.profile, fields);
    return OK;
  },
  update_user_pwd: ({ self, fields }) => {
    if (fields.old_pwd !== self.password) return CODES.invalidPassword;
    self.password = String(fields.new_pwd);
    return OK;
  },
  get_sessions: () => ({ sessions: [] }),
  get_upload_token: () => ({ uptoken: 'token' }),
  get_resource: ({ data, fields }) =>
    data.files.has(String(fields.media_id))
      ? { url: `http://test.invalid/${fields.media_id}` }
      : CODES.fileNotExist,
};
