export function startPostgres(): Promise<
  { url: string; pid: number; restart: () => Promise<number>; stop: () => void } | string
>;
