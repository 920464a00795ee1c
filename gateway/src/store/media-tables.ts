/** The tables of what was uploaded, of this gateway's own secrets, and of accounts that may not log in. */

export interface MediaTables {
  /** An uploaded file; its content lies in the media directory under its media_id. */
  media: {
    media_id: string;
    appkey: string;
    /** The uploader. */
    uid: number;
    /** The declared type of the upload: `image` or `file`. */
    type: string;
    /** By its content; '' when that says nothing. */
    mime: string;
    size: number;
    fname: string;
    crc32: number;
    md5: string;
    created_ms: number;
    /** When somebody last asked for it, to the day. */
    used_ms: number;
  };
  /** This gateway's signing key. */
  secret: {
    name: string;
    value: string;
  };
  /** Accounts that the application has shut out. */
  disabled_account: {
    uid: number;
  };
}
