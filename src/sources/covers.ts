import pLimit from "p-limit";
import { openGuardedFetch, type ResolveHost } from "./guarded-fetch.ts";
import { ANILIST_COVER_MANNERS } from "./manners.ts";
import { offlineFetch } from "./offline-fetch.ts";
import { pictureFrom } from "./picture-answer.ts";
import { type FetchLimits, politeFetch } from "./polite-fetch.ts";
import type { LimiterFor } from "./turn.ts";

/** As much as a picture may have anywhere in opfind; the largest cover measured has 1.8 MB. */
const LIMITS: FetchLimits = { timeoutMs: 20_000, maxBytes: 10 * 1024 * 1024 };
const AT_ONCE = 2;

export interface Covers {
  /**
   * The bytes of an official cover, not looked into yet.
   * @throws OpfindError url-forbidden | cover-missing | source-… | aborted
   */
  cover(url: string, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface Deps {
  readonly hosts: readonly string[];
  readonly resolve: ResolveHost;
  readonly userAgent: string;
  readonly isOffline: boolean;
  readonly limits?: FetchLimits;
  readonly limiterFor?: LimiterFor | undefined;
}

/** Opens AniList's picture server: two covers a second, two at once, from the listed hosts only. */
export function openCovers({ hosts, resolve, userAgent, isOffline, limits = LIMITS, limiterFor }: Deps): Covers {
  const { service } = ANILIST_COVER_MANNERS;
  const guarded = openGuardedFetch({ service, hosts, setting: "OPFIND_COVER_HOSTS", resolve });
  const inner = isOffline ? offlineFetch(service) : guarded.fetch;
  const fetch = politeFetch(ANILIST_COVER_MANNERS, { fetch: inner, userAgent, limits, limiterFor });
  const oneOfTwo = pLimit(AT_ONCE);
  return {
    cover: (url, signal) => oneOfTwo(() => pictureFrom(url, { fetch, service }, signal)),
    close: () => guarded.close(),
  };
}
