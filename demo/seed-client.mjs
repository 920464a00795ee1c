/** A minimal wire client for the seed: requests and their answers. */
import { io } from 'socket.io-client';

const ANSWER_TIMEOUT_MS = 10_000;

/** A socket that has presented its signature. */
export async function connect(gateway, appkey) {
  const response = await fetch(`${gateway}/dev/auth?appkey=${encodeURIComponent(appkey)}`);
  if (!response.ok) throw new Error(`seed: ${gateway}/dev/auth answered ${response.status}`);
  const auth = await response.json();
  const socket = io(gateway, { transports: ['websocket'], forceNew: true, reconnection: false });
  let lastRid = 0;

  /** The next `event` that `wanted` accepts. */
  const next = (event, wanted) =>
    new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        clearTimeout(timer);
        socket.off(event, onEvent);
        socket.off('disconnect', onDisconnect);
        settle(value);
      };
      const onEvent = (data) => {
        if (wanted(data)) finish(resolve, data);
      };
      const onDisconnect = (reason) => finish(reject, new Error(`seed: disconnected (${reason})`));
      const timer = setTimeout(
        () => finish(reject, new Error(`seed: no ${event} within ${ANSWER_TIMEOUT_MS} ms`)),
        ANSWER_TIMEOUT_MS,
      );
      socket.on(event, onEvent);
      socket.on('disconnect', onDisconnect);
    });

  /** @param {number[]} accepted codes that the caller does not treat as failures */
  const request = async (event, payload, accepted = [], answeredAs = event) => {
    lastRid += 1;
    const rid = payload.rid ?? lastRid;
    const answered = next(answeredAs, (data) => data.rid === rid);
    socket.emit(event, { ...payload, rid });
    const answer = await answered;
    if (answer.code !== 0 && !accepted.includes(answer.code)) {
      throw new Error(`seed: ${event} failed with ${answer.code} ${answer.message}`);
    }
    return answer;
  };

  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const client = { request, close: () => socket.close() };
  try {
    await request('c_init', { ...auth, flag: 0, fromPlatForm: 'j' });
  } catch (error) {
    client.close();
    throw error;
  }
  return client;
}
