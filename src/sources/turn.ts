import { BurstyRateLimiter, type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { orAborted, sleep } from "../abort.ts";
import type { Manners, RateWindow } from "./manners.ts";
import { abortedFailure, sourceFailure } from "./source-failure.ts";

/** Longest wait for a turn; a person in front of a screen will not wait longer. */
const MAX_TURN_WAIT_MS = 30_000;
/** More waiting than this cannot be served within the wait above at any of the rates. */
const MAX_WAITING = 100;

/** Resolves when the host may be asked again. @throws OpfindError source-throttled | aborted */
export type WaitTurn = (signal: AbortSignal) => Promise<void>;

type Limiter = Pick<RateLimiterAbstract, "consume">;

/** Opens the counter of one window. @param name tells the host's windows from those of others */
export type LimiterFor = (name: string, window: RateWindow) => Promise<RateLimiterAbstract>;

/**
 * First come, first served, within every window of the manners. Whoever leaves takes no turn from those behind and
 * leaves no timer: the library's own queue kept a process alive until all turns that nobody wanted had passed.
 */
export function openTurns({ service, windows, reserve }: Manners, limiterFor: LimiterFor = inMemory): WaitTurn {
  const limiter = async (window: RateWindow): Promise<Limiter> => {
    const own = await limiterFor(service, window);
    return reserve ? new BurstyRateLimiter(own, await limiterFor(`${service} reserve`, reserve)) : own;
  };
  const limiters = Promise.all(windows.map(limiter));
  const line = { waiting: 0, last: Promise.resolve() };
  return async (signal) => {
    if (signal.aborted) throw abortedFailure(signal);
    if (line.waiting >= MAX_WAITING) throw tooOften(service);
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), MAX_TURN_WAIT_MS);
    const leaving = AbortSignal.any([signal, patience.signal]);
    const turn = line.last.then(async () => takeTurn(await limiters, leaving));
    line.last = turn.catch(() => {});
    line.waiting++;
    try {
      await orAborted(turn, leaving);
    } catch (cause) {
      if (signal.aborted) throw abortedFailure(signal);
      throw tooOften(service, cause);
    } finally {
      clearTimeout(timer);
      line.waiting--;
    }
  };
}

async function inMemory(_: string, { requests, seconds }: RateWindow): Promise<RateLimiterMemory> {
  return new RateLimiterMemory({ points: requests, duration: seconds });
}

async function takeTurn(limiters: readonly Limiter[], leaving: AbortSignal): Promise<void> {
  for (const one of limiters) {
    for (let waitMs = await msUntilNext(one, leaving); waitMs > 0; waitMs = await msUntilNext(one, leaving)) {
      await sleep(waitMs, leaving);
    }
  }
}

/** Takes a turn of one window. @returns 0 when it was to be had, else when to try again */
async function msUntilNext(one: Limiter, leaving: AbortSignal): Promise<number> {
  leaving.throwIfAborted();
  try {
    await one.consume("turn");
    return 0;
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return Math.max(1, refusal.msBeforeNext);
  }
}

function tooOften(service: string, cause?: unknown): Error {
  return sourceFailure(service, "source-throttled", { because: "opfind has asked it as often as is polite", cause });
}
