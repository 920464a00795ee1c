/** The used part of socket.io 2, which has no types of its own. */
declare module 'socket.io-v2' {
  import type { Server } from 'node:http';
  export default function io(
    server: Server,
    options: { serveClient: boolean },
  ): {
    on(event: 'connection', fn: (socket: never) => void): void;
    close(done: () => void): void;
  };
}
