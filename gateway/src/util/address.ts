/** Which network addresses count as one: limits by address would mean nothing to somebody who has 2^64 of them. */
import ipaddr from 'ipaddr.js';

/** A household or a machine has a whole /64. */
const NETWORK_GROUPS = 4;

/**
 * @param address as the system or a proxy says it
 * @returns an IPv4 address as it is, mapped into IPv6 or not; of an IPv6 address its /64; anything else as it was
 */
export function sourceOf(address: string): string {
  // A zone names an interface of this machine.
  const [bare = ''] = address.split('%');
  if (!ipaddr.isValid(bare)) return address;
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const groups = (parsed as ipaddr.IPv6).parts.slice(0, NETWORK_GROUPS);
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}
