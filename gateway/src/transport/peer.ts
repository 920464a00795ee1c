/** The peer of a connection, as far as the network and its proxies name it. */
import type { IncomingHttpHeaders } from 'node:http';
import ipaddr from 'ipaddr.js';
import { sourceOf } from '../util/address.js';

/** The headers in which proxies name their client. */
const FORWARDED_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip'] as const;

type Header = string | string[] | undefined;

export const lastOf = (header: Header): string =>
  String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim() ?? '';

/** @param trustProxy our own proxy is in front: it appends what it saw, and all before that is the client's word */
export function peerAddress(
  remote: string | undefined,
  headers: Readonly<Record<string, Header>>,
  trustProxy: boolean,
): string {
  return sourceOf((trustProxy && lastOf(headers['x-forwarded-for'])) || (remote ?? ''));
}

export const isForwarded = (headers: IncomingHttpHeaders): boolean =>
  FORWARDED_HEADERS.some((name) => headers[name] !== undefined);

/** @param host a name or an address, an IPv6 one in brackets or without */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback';
}
