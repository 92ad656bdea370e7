import { type Fetch, type FetchLimits, politeFetch } from "../../src/sources/polite-fetch.ts";
import { hasty } from "./hasty.ts";

/** The polite fetch over another fetch, without waiting for turns. */
export function politely(fetch: Fetch, limits: FetchLimits = { timeoutMs: 8_000, maxBytes: 8_000_000 }): Fetch {
  return politeFetch(hasty("AniList"), { fetch, userAgent: "opfind/1 (+https://example.org)", limits });
}

/** A body that never ends until the request is aborted. */
export function endless(signal: AbortSignal | null | undefined): ReadableStream {
  return new ReadableStream({
    start(controller) {
      signal?.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
}
