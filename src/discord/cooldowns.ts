import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

export interface CooldownLimits {
  /** questions of one person in a minute */
  readonly perUser: number;
  /** questions of one server in a minute */
  readonly perGuild: number;
}

export interface Asker {
  readonly userId: string;
  /** null in direct messages */
  readonly guildId: string | null;
}

export type Cooldown =
  | { readonly kind: "free" }
  | { readonly kind: "wait"; readonly of: "user" | "guild"; readonly seconds: number };

/** Counts questions, so that nobody takes the bot away from the others. */
export interface Cooldowns {
  /** Counts one question, or says how long to wait; what has to wait is not counted for its server. */
  take(asker: Asker): Promise<Cooldown>;
}

const MINUTE_S = 60;

export function openCooldowns({ perUser, perGuild }: CooldownLimits): Cooldowns {
  const users = new RateLimiterMemory({ keyPrefix: "user", points: perUser, duration: MINUTE_S });
  const guilds = new RateLimiterMemory({ keyPrefix: "guild", points: perGuild, duration: MINUTE_S });
  return {
    async take({ userId, guildId }) {
      const ofUser = await waitMs(users, userId);
      if (ofUser > 0) return { kind: "wait", of: "user", seconds: Math.ceil(ofUser / 1000) };
      const ofGuild = guildId === null ? 0 : await waitMs(guilds, guildId);
      return ofGuild > 0 ? { kind: "wait", of: "guild", seconds: Math.ceil(ofGuild / 1000) } : { kind: "free" };
    },
  };
}

/** The library says "not now" by rejecting with the state of the counter. */
async function waitMs(limiter: RateLimiterMemory, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
    throw refusal;
  }
}
