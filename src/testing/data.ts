/** The data of a test server: accounts, groups, messages. */
import type { MessageContent, WireMessage } from '../protocol/worker.js';

export interface Account {
  uid: number;
  username: string;
  password: string;
  profile: Record<string, unknown>;
  /** Memo by friend. */
  friends: Map<string, { memo_name: string; memo_others: string }>;
  /** Invitations that wait for an answer, as their events. */
  invitedBy: Map<string, Record<string, unknown>>;
  blocked: Set<string>;
  undisturbed: Set<string>;
  shielded: Set<number>;
  /** The last message that it has seen, by conversation. */
  seen: Map<string, number>;
  /** Messages that its client has not acknowledged. */
  pending: Set<number>;
}

export interface Group {
  gid: number;
  name: string;
  desc: string;
  avatar: string;
  owner: string;
  isPublic: boolean;
  /** Flag by username: 0 member, 1 owner, 2 keeper. */
  members: Map<string, number>;
  silenced: Set<string>;
}

export interface Stored {
  wire: WireMessage;
  from: string;
  /** The recipients. */
  to: readonly string[];
  gid: number;
  readBy: Set<string>;
}

const FIRST_GID = 1_000;

export class TestData {
  readonly accounts = new Map<string, Account>();
  readonly groups = new Map<number, Group>();
  readonly messages = new Map<number, Stored>();
  readonly files = new Map<string, Blob>();
  #ids = 0;

  constructor(
    readonly appkey: string,
    private readonly now: () => number,
  ) {}

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  addAccount(username: string, password: string, profile: Record<string, unknown> = {}): Account {
    const account: Account = {
      uid: this.accounts.size + 1,
      username,
      password,
      profile: {
        nickname: '',
        avatar: '',
        birthday: '',
        gender: 0,
        signature: '',
        region: '',
        address: '',
        ...profile,
      },
      friends: new Map(),
      invitedBy: new Map(),
      blocked: new Set(),
      undisturbed: new Set(),
      shielded: new Set(),
      seen: new Map(),
      pending: new Set(),
    };
    this.accounts.set(username, account);
    return account;
  }

  addGroup(owner: string, name: string, desc: string, isPublic: boolean): Group {
    const gid = FIRST_GID + this.nextId();
    const group: Group = {
      gid,
      name,
      desc,
      avatar: '',
      owner,
      isPublic,
      members: new Map([[owner, 1]]),
      silenced: new Set(),
    };
    this.groups.set(gid, group);
    return group;
  }

  /** A user as the wire has it. */
  userOf({ uid, username, profile }: Account): Record<string, unknown> {
    return { uid, username, appkey: this.appkey, mtime: 0, extras: {}, ...profile };
  }

  groupOf({ gid, name, desc, avatar, isPublic }: Group): Record<string, unknown> {
    return { gid, name, desc, avatar, appkey: this.appkey, ctime: 0, mtime: 0, flag: isPublic ? 2 : 0 };
  }

  contentOf(from: string, target: { username: string } | { gid: number }, part: object): MessageContent {
    const isGroup = 'gid' in target;
    return {
      version: 1,
      target_type: isGroup ? 'group' : 'single',
      target_id: isGroup ? String(target.gid) : target.username,
      target_name: '',
      target_appkey: this.appkey,
      from_appkey: this.appkey,
      from_platform: 'web',
      from_id: from,
      from_name: String(this.accounts.get(from)?.profile.nickname ?? ''),
      create_time: this.now(),
      ...part,
    } as MessageContent;
  }

  store(
    from: string,
    to: readonly string[],
    gid: number,
    content: MessageContent,
    need_receipt: boolean,
  ): Stored {
    const msg_id = this.nextId();
    const stored: Stored = {
      wire: {
        msg_id,
        msg_type: gid ? 4 : 3,
        from_uid: this.accounts.get(from)?.uid ?? 0,
        from_gid: gid,
        ctime_ms: this.now(),
        msg_level: 0,
        need_receipt,
        content,
      },
      from,
      to,
      gid,
      readBy: new Set(),
    };
    this.messages.set(msg_id, stored);
    this.see(from, gid ? { gid } : { username: to[0] });
    for (const username of to) this.accounts.get(username)?.pending.add(msg_id);
    return stored;
  }

  /** The account has seen the conversation up to here. */
  see(self: string, { username, gid }: { username?: unknown; gid?: unknown }): void {
    this.accounts.get(self)?.seen.set(gid ? `g/${gid}` : `u/${username}`, this.#ids);
  }

  unread(self: string, { username, gid }: { username?: unknown; gid?: unknown }): number {
    const seen = this.accounts.get(self)?.seen.get(gid ? `g/${gid}` : `u/${username}`) ?? 0;
    return this.conversation(self, { username, gid }).filter(
      ({ wire, from, readBy }) => from !== self && wire.msg_id > seen && !readBy.has(self),
    ).length;
  }

  /** The messages that the account sees in a conversation, oldest first. */
  conversation(self: string, { username, gid }: { username?: unknown; gid?: unknown }): Stored[] {
    return [...this.messages.values()].filter((stored) =>
      gid
        ? stored.gid === Number(gid)
        : !stored.gid &&
          ((stored.from === self && stored.to.includes(String(username))) ||
            (stored.from === username && stored.to.includes(self))),
    );
  }
}
