import type { Answer } from "./answers.ts";

/** How Discord misbehaves for the next requests that fit. */
export interface Fault {
  readonly method?: string;
  /** of the path below /api/v10 */
  readonly path: RegExp;
  /** 429, or 5xx */
  readonly status: number;
  readonly times: number;
  /** for 429, seconds; discord.js waits that long before it asks again */
  readonly retryAfterS?: number;
  readonly isGlobal?: boolean;
}

export class Faults {
  #planned: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#planned.push({ fault, left: fault.times });
  }

  /** @returns the answer of the first fault that fits, or null */
  take(method: string, path: string): Answer | null {
    const plan = this.#planned.find(({ fault }) => fault.path.test(path) && (fault.method ?? method) === method);
    if (!plan) return null;
    plan.left--;
    this.#planned = this.#planned.filter(({ left }) => left > 0);
    return answerOf(plan.fault);
  }
}

/** https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit */
function answerOf({ status, retryAfterS = 1, isGlobal = false }: Fault): Answer {
  if (status !== 429) return { status, body: { message: `${status}: planned by the test`, code: 0 } };
  return {
    status,
    headers: {
      "retry-after": String(retryAfterS),
      "x-ratelimit-scope": isGlobal ? "global" : "user",
      ...(isGlobal ? { "x-ratelimit-global": "true" } : {}),
    },
    body: { message: "You are being rate limited.", retry_after: retryAfterS, global: isGlobal },
  };
}
