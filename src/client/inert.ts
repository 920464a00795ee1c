/** A JMessage without a page, as on a server that renders the application. It connects to nothing, and each call fails with 889014. */
import {
  CODES,
  type HostKind,
  IDLE,
  type Inspection,
  type JMessageOptions,
  LISTENER_NAMES,
  METHOD_NAMES,
  NO_PAGE_MESSAGES,
  RUNTIME_VERSION,
  type StateSnapshot,
} from '../protocol/tab.js';
import type { JMessageCore } from './jmessage.js';
import { settingsOf } from './options.js';
import { hide } from './page/hide.js';
import { PendingRequest } from './request.js';

class Inert {
  readonly host: HostKind = 'page';

  /** @throws on options that a page would refuse as well */
  constructor(options: JMessageOptions | null | undefined) {
    settingsOf(options ?? null);
    hide(this);
  }

  isInit = (): boolean => false;
  isLogin = (): boolean => false;
  isConnect = (): boolean => false;
  isActive = (): boolean => false;
  getState = (): StateSnapshot => IDLE;
  getUnreadMsgCnt = (): number => 0;
  addListener = (): (() => void) => nothing;
  inspect = async (): Promise<Inspection> => ({
    host: this.host,
    build: RUNTIME_VERSION,
    tabId: '',
    worker: null,
  });
}

function nothing(): void {}

function refuse() {
  const { request, settle } = PendingRequest.open('');
  settle({ kind: 'failure', error: { code: CODES.noPage, message: NO_PAGE_MESSAGES[CODES.noPage] } });
  return request;
}

const SILENT = [
  'resetUnreadCount',
  'closeConversation',
  'updateConversation',
  'connectNow',
  'restart',
  'destroy',
] as const;
for (const [names, value] of [
  [METHOD_NAMES, refuse],
  [LISTENER_NAMES, nothing],
  [SILENT, nothing],
] as const) {
  for (const name of names) {
    Object.defineProperty(Inert.prototype, name, { configurable: true, writable: true, value });
  }
}

/** In place of the class of a page. */
export const InertCore = Inert as unknown as typeof JMessageCore;
