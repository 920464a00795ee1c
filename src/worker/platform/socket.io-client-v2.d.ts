/** The little that is used of socket.io-client 2, which has no types of its own. */
declare module 'socket.io-client-v2' {
  interface SocketV2 {
    on(event: string, fn: (data: unknown) => void): void;
    emit(event: string, payload: object): void;
    close(): void;
    readonly io: { engine: import('./socket.js').ClosingEngine };
    onevent: (packet: { data?: unknown[] }) => void;
  }
  export default function io(
    address: string,
    options: { transports: string[]; reconnection: boolean; forceNew: boolean; timeout: number },
  ): SocketV2;
}
