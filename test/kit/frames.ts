/** Reads the Socket.IO event of a websocket frame. Its text is the same in Engine.IO 3 and 4. */

/** Engine.IO `4` (message), Socket.IO `2` (event), perhaps a namespace and an ack id, then the JSON. */
const EVENT_FRAME = /^42(?:\/[^,]*,)?\d*(\[.*)$/s;

export interface FrameEvent {
  event: string | null;
  payload: Record<string, unknown>;
}

const NO_EVENT: FrameEvent = { event: null, payload: {} };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readFrame(text: string): FrameEvent {
  const json = EVENT_FRAME.exec(text)?.[1];
  if (json === undefined) return NO_EVENT;
  try {
    const packet: unknown = JSON.parse(json);
    if (!Array.isArray(packet) || typeof packet[0] !== 'string') return NO_EVENT;
    return { event: packet[0], payload: isRecord(packet[1]) ? packet[1] : {} };
  } catch {
    return NO_EVENT;
  }
}
