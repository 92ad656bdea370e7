import { openGuardedFetch, type ResolveHost } from "./guarded-fetch.ts";
import type { Manners } from "./manners.ts";
import { offlineFetch } from "./offline-fetch.ts";
import { pictureFrom } from "./picture-answer.ts";
import { type Fetch, type FetchLimits, politeFetch } from "./polite-fetch.ts";

/** As much as a picture may have anywhere in opfind; whoever asked waits for it. */
const LIMITS: FetchLimits = { timeoutMs: 10_000, maxBytes: 10 * 1024 * 1024 };

export interface Pictures {
  /** The bytes at a URL that a stranger wrote. @throws OpfindError url-forbidden | cover-missing | source-… | aborted */
  picture(url: string, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface Deps {
  /** the operator's list; nothing else is asked */
  readonly hosts: readonly string[];
  readonly resolve: ResolveHost;
  readonly userAgent: string;
  readonly isOffline: boolean;
}

/** Opens the hosts that pictures may be fetched from by URL, each with manners and a breaker of its own. */
export function openPictures({ hosts, resolve, userAgent, isOffline }: Deps): Pictures {
  const guarded = openGuardedFetch({ service: "The picture's host", hosts, setting: "OPFIND_IMAGE_HOSTS", resolve });
  const perHost = new Map(
    hosts.map((host) => [host, askingHost(host, { fetch: guarded.fetch, userAgent, isOffline })]),
  );
  return {
    async picture(url, signal) {
      const host = URL.canParse(url) ? new URL(url).host : "";
      // A host that is not listed is refused by the guard, in its words.
      const service = perHost.has(host) ? host : "The picture's host";
      return await pictureFrom(url, { fetch: perHost.get(host) ?? guarded.fetch, service }, signal);
    },
    close: () => guarded.close(),
  };
}

function askingHost(
  host: string,
  { fetch, userAgent, isOffline }: { readonly fetch: Fetch; readonly userAgent: string; readonly isOffline: boolean },
): Fetch {
  const manners: Manners = { service: host, windows: [{ requests: 10, seconds: 1 }] };
  return politeFetch(manners, { fetch: isOffline ? offlineFetch(host) : fetch, userAgent, limits: LIMITS });
}
