import type { Manners } from "../../src/sources/manners.ts";
import { type Fetch, type FetchLimits, politeFetch } from "../../src/sources/polite-fetch.ts";

export const USER_AGENT = "opfind-tests/0 (+https://example.org/opfind)";

/** Manners without waiting, for doubles: the windows themselves are tested on their own. */
export function hasty(service: string): Manners {
  return { service, windows: [{ requests: 10_000, seconds: 1 }] };
}

/** The real polite fetch without waiting for turns; limits as given, or patient enough for a slow machine. */
export function hastyFetch(service: string, limits: FetchLimits = { timeoutMs: 8_000, maxBytes: 8_000_000 }): Fetch {
  return politeFetch(hasty(service), { fetch: globalThis.fetch, userAgent: USER_AGENT, limits });
}
