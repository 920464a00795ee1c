/** Times and limits of both ends. Every constant carries its unit. */

/** Without an `ack` within this time, the client transmits the same payload again. */
export const ACK_TIMEOUT_MS = 5_000;
/** Without an answer within this time after the `ack`, the client does the same. */
export const RESPONSE_TIMEOUT_MS = 30_000;
/** Tries in all. Time without a connection uses up none. */
export const MAX_TRIES = 5;
/** The client asks for missed pushes at login, and in this interval afterwards. */
export const SYNC_CHECK_INTERVAL_MS = 150_000;
/** A signature opens sockets for this long after its timestamp. */
export const SIGNATURE_LIFETIME_MS = 600_000;
/** The service's own address, when the application names none. It speaks Engine.IO 3. */
export const DEFAULT_ADDRESS = 'wss://ws.im.jiguang.cn';
/** The service's address for uploads. */
export const DEFAULT_UPLOAD_URL = 'https://sdk.im.jiguang.cn/resource';
/** The version that the client names at login. */
export const WIRE_VERSION = '2.5.0';
/** A text message's limit in UTF-8 bytes. Longer ones are refused with 880206. */
export const MAX_TEXT_BYTES = 8_192;

export const SINGLE = 3;
export const GROUP = 4;
/** A request's payload as JSON. Less than the gateway's frame limit, which also holds the packet's own characters. */
export const MAX_FRAME_BYTES = 60_000;

/** Messages in one page of history. */
export const MAX_HISTORY_PAGE = 100;
/** How long a send may wait for a connection, unless the application says otherwise. */
export const OUTBOX_AGE_MS = 24 * 3_600_000;
/** How long a connection may be lost before `onDisconnect`, unless the application says otherwise. */
export const DISCONNECT_GRACE_MS = 1_500;
