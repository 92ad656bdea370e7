import type { Fetch } from "./polite-fetch.ts";
import { sourceFailure } from "./source-failure.ts";

/** Stands in for the network while OPFIND_OFFLINE is set: every question fails at once and says why. */
export function offlineFetch(service: string): Fetch {
  return async () => {
    throw sourceFailure(service, "source-offline", { because: "OPFIND_OFFLINE is set" });
  };
}
