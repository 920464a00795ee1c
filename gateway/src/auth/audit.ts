/**
 * Attempts to get in, for an operator: a line of the log each, with `audit` as its kind. Never a password, a token or a
 * signature. Bounded, since strangers cause them: of what is more, the number is said.
 */
import type { Logger } from 'pino';
import { TokenBucket } from '../util/token-bucket.js';

type AuditEvent =
  | 'login_refused'
  | 'password_change_refused'
  | 'password_changed'
  | 'resume_refused'
  | 'resume_token_reused'
  | 'server_refused'
  | 'session_ended'
  | 'account_disabled'
  | 'account_enabled';

interface AuditFields {
  appkey: string;
  username?: string;
  address?: string;
  reason?: string;
}

const BURST = 200;
const PER_SECOND = 5;
const MAX_CHARS = 128;

export class Audit {
  readonly #bucket: TokenBucket;
  #unsaid = 0;

  constructor(
    private readonly log: Logger,
    now: () => number,
  ) {
    this.#bucket = new TokenBucket(BURST, PER_SECOND, now);
  }

  note(audit: AuditEvent, fields: AuditFields): void {
    if (!this.#bucket.take()) {
      this.#unsaid += 1;
      return;
    }
    const said = Object.entries(fields).map(([name, value]) => [name, String(value).slice(0, MAX_CHARS)]);
    const unsaid = this.#unsaid > 0 ? { unsaid: this.#unsaid } : {};
    this.#unsaid = 0;
    this.log.warn({ audit, ...Object.fromEntries(said), ...unsaid }, 'audit');
  }
}
