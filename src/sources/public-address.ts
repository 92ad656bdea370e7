import ipaddr from "ipaddr.js";

/** What IANA has given out for the public internet; anything else is special, or not in use yet. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Is this an address of the public internet? Private, loopback, link-local, unique-local, multicast, carrier-grade
 * NAT, documentation and unspecified addresses are not, nor are IPv6 forms that carry an IPv4 address (mapped,
 * translated, NAT64, 6to4, Teredo): they lead wherever that one leads.
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== "unicast") return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}
