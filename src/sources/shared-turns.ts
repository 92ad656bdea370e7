import { createClient } from "@redis/client";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { LimiterFor } from "./turn.ts";

/** A Redis that says nothing for this long is left aside: a question of a person waits behind it. */
const PATIENCE_MS = 1_000;

export interface SharedTurns {
  readonly limiterFor: LimiterFor;
  close(): void;
}

/**
 * Counts the turns of all processes together, in Redis: the services see one opfind, however many instances and shards
 * there are. While Redis is away each process counts for itself.
 * @param onTrouble told once per process
 */
export function openSharedTurns(url: string, onTrouble: (cause: unknown) => void): SharedTurns {
  const told = { trouble: false }; // closing is no trouble
  const tell = (cause: unknown) => {
    if (!told.trouble) onTrouble(cause);
    told.trouble = true;
  };
  const client = createClient({ url, disableOfflineQueue: true, commandOptions: { timeout: PATIENCE_MS } });
  const connected = new Promise<void>((resolve) => {
    client.on("error", tell).once("error", () => resolve());
    client.connect().catch(tell).finally(resolve);
    setTimeout(resolve, PATIENCE_MS).unref();
  });
  return {
    async limiterFor(name, { requests, seconds }) {
      // A start is when many ask at once: until it is known whether there is a Redis, nobody is sent.
      await connected;
      const window = { points: requests, duration: seconds };
      return new RateLimiterRedis({
        ...window,
        storeClient: client,
        // Another window is another count: after an update with other manners nobody meets the former one.
        keyPrefix: `opfind:turn:${name}:${requests}/${seconds}`,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        insuranceLimiter: new RateLimiterMemory(window),
      });
    },
    close() {
      told.trouble = true;
      client.destroy();
    },
  };
}
