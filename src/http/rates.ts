import {
  type IRateLimiterRedisOptions,
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";

export interface RateSettings {
  /** points a minute; 0 lifts the limit */
  readonly perKey: number;
  readonly perAddress: number;
}

/** What is left of somebody's points. */
export interface Allowance {
  readonly policy: "key" | "address";
  readonly quota: number;
  readonly left: number;
  /** until the quota is whole again */
  readonly seconds: number;
  readonly isSpent: boolean;
}

export interface Rates {
  /** Takes points. @returns what is left; null where there is no limit */
  spend(policy: Allowance["policy"], who: string, points: number): Promise<Allowance | null>;
}

/** A connected client that several processes count in. */
export type SharedStore = IRateLimiterRedisOptions["storeClient"];

export const WINDOW_S = 60;

/** @param shared counts for all processes; each counts for itself without it, or while it does not answer */
export function openRates({ perKey, perAddress }: RateSettings, shared: SharedStore | null): Rates {
  const limiters = { key: limiter("key", perKey, shared), address: limiter("address", perAddress, shared) };
  const quotas = { key: perKey, address: perAddress };
  return {
    async spend(policy, who, points) {
      const counter = limiters[policy];
      if (!counter) return null;
      const told = (state: RateLimiterRes, isSpent: boolean): Allowance => ({
        policy,
        quota: quotas[policy],
        left: state.remainingPoints,
        seconds: Math.ceil(state.msBeforeNext / 1000),
        isSpent,
      });
      try {
        return told(await counter.consume(who, points), false);
      } catch (state) {
        if (state instanceof RateLimiterRes) return told(state, true);
        throw state;
      }
    },
  };
}

function limiter(policy: string, points: number, shared: SharedStore | null): RateLimiterAbstract | null {
  if (points === 0) return null;
  const options = { points, duration: WINDOW_S, keyPrefix: `opfind:rate:${policy}` };
  const own = new RateLimiterMemory(options);
  if (!shared) return own;
  return new RateLimiterRedis({
    ...options,
    storeClient: shared,
    insuranceLimiter: own,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
  });
}
