import { createClient } from "@redis/client";
import type { SharedStore } from "./rates.ts";

/** Redis that says nothing for this long is left aside: each process counts for itself meanwhile. */
const PATIENCE_MS = 1_000;

export interface SharedRates {
  readonly store: SharedStore;
  close(): void;
}

/**
 * Connects to Redis, so that several processes count points together. It never waits for Redis: as long as there is no
 * connection its commands fail at once, and the limiter counts by itself.
 */
export function openSharedRates(url: string, onTrouble: (cause: unknown) => void): SharedRates {
  const client = createClient({ url, disableOfflineQueue: true, commandOptions: { timeout: PATIENCE_MS } });
  client.on("error", onTrouble);
  client.connect().catch(onTrouble);
  return { store: client, close: () => client.destroy() };
}
