import ipaddr from "ipaddr.js";

/** Whoever has one IPv6 address usually has a whole /64 of them (RFC 6177): it counts as one. */
const IPV6_PREFIX = 64;

/** The addresses that share a limit: an IPv4 address, or the /64 of an IPv6 address. */
export function addressGroup(text: string): string {
  if (!ipaddr.isValid(text)) return "unknown";
  const address = ipaddr.process(text); // an IPv4 address in IPv6 clothes is IPv4
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toNormalizedString()}/${IPV6_PREFIX}`);
  return `${network.toString()}/${IPV6_PREFIX}`;
}
