/** All that is stored, behind one door. */
import { sql } from 'kysely';
import type { Settings } from '../config.js';
import { Accounts } from './accounts.js';
import { type OpenDatabase, openDatabase } from './database.js';
import { Events } from './events.js';
import { Friends } from './friends.js';
import { Lists } from './lists.js';
import { Mailboxes } from './mailboxes.js';
import { MessageIds } from './message-ids.js';
import { Requests } from './requests.js';
import type { Database } from './schema.js';
import { sweep } from './sweep.js';

export class Store {
  readonly accounts: Accounts;
  readonly events: Events;
  readonly friends: Friends;
  readonly lists: Lists;
  readonly mailboxes: Mailboxes;
  readonly requests: Requests;

  private constructor(
    private readonly opened: OpenDatabase,
    readonly messageIds: MessageIds,
    private readonly settings: Settings,
    private readonly now: () => number,
  ) {
    this.accounts = new Accounts(opened.db, settings.cachedAccounts);
    this.events = new Events(opened.db, settings, now);
    this.friends = new Friends(opened.db);
    this.lists = new Lists(opened.db, settings.cachedAccounts);
    this.mailboxes = new Mailboxes(opened.db, settings, now);
    this.requests = new Requests(opened.db);
  }

  static async open(data: string, settings: Settings, now: () => number): Promise<Store> {
    const opened = await openDatabase(data);
    const { rows } = await sql<{ id: number | null }>`
      select greatest(
        (select max(msg_id) from message), (select max(event_id) from event), (select max(msg_id) from room_message),
        (select max(change_id) from receipt)
      ) as id`.execute(opened.db);
    return new Store(opened, new MessageIds(rows[0]?.id ?? 0, now), settings, now);
  }

  get db(): Database {
    return this.opened.db;
  }

  /** What is due from time to time. */
  async sweep(): Promise<void> {
    await sweep(this.db, this.now(), this.settings);
    await this.mailboxes.trimPending();
    await this.opened.maintain();
  }

  async isHealthy(): Promise<boolean> {
    return sql`select 1`.execute(this.db).then(
      () => true,
      () => false,
    );
  }

  close(): Promise<void> {
    return this.opened.close();
  }
}
