/** Uploads the file of a call, and reports the progress to its tab. */
import type { FormParts, MethodRow } from '../../protocol/worker.js';
import type { Account } from '../connection/account.js';
import type { RequestChannel } from '../connection/request-channel.js';
import type { Platform } from '../platform/platform.js';
import type { Tab } from '../tabs/tab.js';
import { type Uploaded, upload } from './upload.js';

interface FileUpload {
  callId: string;
  url: string;
  type: NonNullable<MethodRow['upload']>['type'];
  parts: FormParts;
  signal: AbortSignal;
  /** The tab that gets the progress at this moment. */
  tab(): Tab | undefined;
}

export interface UploadParts {
  account: Account;
  platform: Platform;
  channel: RequestChannel;
}

export async function uploadFile(
  { account, platform, channel }: UploadParts,
  { callId, tab, ...file }: FileUpload,
): Promise<Uploaded> {
  const { appkey, username } = account;
  const result = await upload(platform, {
    ...file,
    appkey,
    username,
    onProgress: (loaded, total) => tab()?.post({ kind: 'progress', callId, loaded, total }),
    outages: () => channel.outages,
    token: () => channel.ask('get_upload_token', {}),
  });
  if (result.ok) tab()?.post({ kind: 'uploaded', callId, media: result.media });
  return result;
}
