/** Uploads what a call brings with it, and tells its tab how far it is. */
import type { FormParts, MethodRow } from '../../protocol/worker.js';
import type { CallsParts } from '../session/calls.js';
import type { Tab } from '../tabs/tab.js';
import { type Uploaded, upload } from './upload.js';

export interface FileUpload {
  callId: string;
  url: string;
  type: NonNullable<MethodRow['upload']>['type'];
  parts: FormParts;
  signal: AbortSignal;
  /** Who hears of it, at the time. */
  tab(): Tab | undefined;
}

export async function uploadFile(
  { account, platform, ask, outages }: Pick<CallsParts, 'account' | 'platform' | 'ask' | 'outages'>,
  { callId, tab, ...file }: FileUpload,
): Promise<Uploaded> {
  const { appkey, username } = account;
  const result = await upload(platform, {
    ...file,
    appkey,
    username,
    onProgress: (loaded, total) => tab()?.tell({ kind: 'progress', callId, loaded, total }),
    outages,
    token: () => ask('get_upload_token', {}),
  });
  if (result.ok) tab()?.tell({ kind: 'uploaded', callId, media: result.media });
  return result;
}
