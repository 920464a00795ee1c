export function startRedis(
  port?: number,
): Promise<{ url: string; port: number; pid: number; stop: () => void } | string>;
