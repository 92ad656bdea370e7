import { BurstyRateLimiter, RateLimiterMemory, RateLimiterQueue } from "rate-limiter-flexible";
import type { Manners, RateWindow } from "./manners.ts";
import { abortedFailure, sourceFailure } from "./source-failure.ts";

/** Longest wait for a turn; a person in front of a screen will not wait longer. */
const MAX_TURN_WAIT_MS = 30_000;
/** More waiting than this cannot be served within the wait above at any of the rates. */
const MAX_WAITING = 100;

/** Resolves when the host may be asked again. @throws OpfindError source-throttled | aborted */
export type WaitTurn = (signal: AbortSignal) => Promise<void>;

/** First come, first served, within every window of the manners. */
export function openTurns({ service, windows, reserve }: Manners): WaitTurn {
  const queues = windows.map((window) => new RateLimiterQueue(limiter(window, reserve), { maxQueueSize: MAX_WAITING }));
  return async (signal) => {
    for (const queue of queues) await takeTurn(queue, service, signal);
  };
}

function limiter(window: RateWindow, reserve: RateWindow | undefined) {
  return reserve ? new BurstyRateLimiter(memory(window), memory(reserve)) : memory(window);
}

function memory({ requests, seconds }: RateWindow): RateLimiterMemory {
  return new RateLimiterMemory({ points: requests, duration: seconds });
}

async function takeTurn(queue: RateLimiterQueue, service: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw abortedFailure(signal);
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), MAX_TURN_WAIT_MS);
  // In whole seconds: a turn that nobody waits for any more is dropped by the queue.
  const expiresAt = Math.ceil((Date.now() + MAX_TURN_WAIT_MS) / 1000);
  const turn = queue.removeTokens(1, undefined, expiresAt);
  turn.catch(() => {}); // may fail long after nobody waits for it
  try {
    await Promise.race([turn, rejectOn(AbortSignal.any([signal, enough.signal]))]);
  } catch (cause) {
    if (signal.aborted) throw abortedFailure(signal);
    throw sourceFailure(service, "source-throttled", { because: "opfind has asked it as often as is polite", cause });
  } finally {
    clearTimeout(timer);
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
