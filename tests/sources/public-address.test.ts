import { expect, test } from "vitest";
import { isPublicAddress } from "../../src/sources/public-address.ts";

test.each([
  ["unspecified", "0.0.0.0"],
  ["of this network", "0.1.2.3"],
  ["private", "10.0.0.1"],
  ["private", "172.16.0.1"],
  ["private", "172.31.255.255"],
  ["private", "192.168.1.1"],
  ["loopback", "127.0.0.1"],
  ["loopback", "127.255.255.254"],
  ["link-local, where clouds keep their secrets", "169.254.169.254"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["multicast", "224.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["reserved", "240.0.0.1"],
  ["documentation", "192.0.2.1"],
  ["documentation", "203.0.113.9"],
  ["benchmarking", "198.18.0.1"],
  ["unspecified", "::"],
  ["loopback", "::1"],
  ["loopback, written out", "0:0:0:0:0:0:0:1"],
  ["link-local", "fe80::1"],
  ["link-local with a zone", "fe80::1%eth0"],
  ["site-local", "fec0::1"],
  ["unique-local", "fd00::1"],
  ["unique-local", "fc12:3456::1"],
  ["multicast", "ff02::1"],
  ["IPv4-mapped loopback", "::ffff:127.0.0.1"],
  ["IPv4-mapped loopback in hex", "::ffff:7f00:1"],
  ["IPv4-mapped public", "::ffff:8.8.8.8"],
  ["IPv4-compatible", "::127.0.0.1"],
  ["IPv4-translated", "::ffff:0:127.0.0.1"],
  ["NAT64", "64:ff9b::7f00:1"],
  ["local NAT64", "64:ff9b:1::7f00:1"],
  ["6to4", "2002:7f00:1::1"],
  ["Teredo", "2001:0:7f00:1::1"],
  ["documentation", "2001:db8::1"],
  ["not given out yet", "4000::1"],
  ["discard-only", "100::1"],
  ["no address", "s4.anilist.co"],
  ["empty", ""],
])("an address that is %s is not public: %s", (_, address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(["1.1.1.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::200e"])(
  "an address of the public internet is public: %s",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);
