import { z } from "zod";
import { flag, host, list, variable } from "./variable.ts";

/** The HTTP service. */
export const HTTP_SETTINGS = {
  OPFIND_HTTP_HOST: variable(
    z
      .string()
      .regex(/^[A-Za-z0-9.:-]+$/)
      .default("127.0.0.1"),
    "an address of this machine to listen on",
    "0.0.0.0",
  ),
  OPFIND_HTTP_PORT: variable(
    z.coerce.number().int().min(0).max(65_535).default(8080),
    "a port, 0 for any that is free",
    "8080",
  ),
  OPFIND_HTTP_OPEN: variable(z.enum(["auto", "0", "1"]).default("auto"), "auto, 0 or 1", "1"),
  OPFIND_METRICS_OPEN: variable(flag.default(false), "0 or 1", "1"),
  OPFIND_TRUSTED_PROXIES: variable(
    list(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
    "a list of addresses and networks",
    "10.0.0.0/8,fd00::1",
  ),
  OPFIND_CORS_ORIGINS: variable(
    list(z.string().regex(/^https?:\/\/[A-Za-z0-9.:[\]-]+$/)),
    "a list of origins",
    "https://opfind.example.org",
  ),
  OPFIND_IMAGE_HOSTS: variable(
    list(z.string().regex(host)),
    "a list of host names",
    "covers.example.org,images.example.org:8443",
  ),
  OPFIND_RATE_PER_KEY: variable(
    z.coerce.number().int().min(0).max(1_000_000_000).default(3_000),
    "points a minute, 0 for no limit",
    "3000",
  ),
  OPFIND_RATE_PER_ADDRESS: variable(
    z.coerce.number().int().min(0).max(1_000_000_000).default(600),
    "points a minute, 0 for no limit",
    "600",
  ),
} as const;
