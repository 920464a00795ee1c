/** Tables of the guards: devices that an account knows, its sessions as people tell them apart, and who put whom into a group. */

export interface AccessTables {
  /** Which session of an account is the valid one, see `seats.ts`. */
  session_seat: {
    uid: number;
    platform: string;
    /** The higher is the newer one. */
    seat: number;
    session_id: string;
    /** Of the client's storage, '' without one: the same client replaces its own earlier socket. */
    device_digest: string;
    /** Why there is no session on the seat; '' while there may be one. */
    ended: string;
    /** The time of the database. */
    changed_ms: number;
  };
  /** From where an account has been logged in to: a device or a network, as a digest. */
  known_origin: {
    uid: number;
    digest: string;
    seen_ms: number;
  };
  /** The sessions of an account, one for each platform. */
  resume_token: {
    uid: number;
    platform: string;
    /** Of device and token. */
    current_digest: string;
    /** '' if there is none. */
    previous_digest: string;
    used_ms: number;
    /** By which its owner names the session. */
    session_id: string;
    /** Of device and family; '' for tokens of before there were families. */
    family_digest: string;
    login_ms: number;
    /** From where it was last used, and by which program. */
    address: string;
    agent: string;
  };
}
