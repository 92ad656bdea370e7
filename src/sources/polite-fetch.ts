import { onAbort, sleep } from "../abort.ts";
import { BodyTooLarge, readBounded } from "./bounded-body.ts";
import { openHostBreaker } from "./host-breaker.ts";
import type { Manners } from "./manners.ts";
import { retryAfterMs } from "./retry-after.ts";
import { abortedFailure, sourceFailure } from "./source-failure.ts";
import { type LimiterFor, openTurns, type WaitTurn } from "./turn.ts";

export type Fetch = typeof globalThis.fetch;

export interface FetchLimits {
  /** from the first byte sent to the last byte of the body; waiting for a turn does not count */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** A dead origin behind a CDN answers after 20 s; nobody waits that long. 8 MB is ten times the largest honest answer. */
const LIMITS: FetchLimits = { timeoutMs: 8_000, maxBytes: 8_000_000 };
/** A host that asks for a longer pause is not asked again before it is over, and the caller is told at once. */
const MAX_PAUSE_MS = 5_000;
const MAX_RETRIES = 2;

interface Deps {
  readonly fetch: Fetch;
  readonly userAgent: string;
  readonly limits?: FetchLimits;
  /** counts turns together with other processes; by itself otherwise */
  readonly limiterFor?: LimiterFor | undefined;
}

/**
 * `fetch` towards one host with manners: own User-Agent, rate windows, `Retry-After`, time and size limits, circuit
 * breaker. The body is complete when it resolves. 404 and other 4xx answers resolve: only the caller can read them.
 * @throws OpfindError source-down | source-throttled | source-refused | source-timeout | source-other-shape | aborted
 */
export function politeFetch(manners: Manners, { fetch, userAgent, limits = LIMITS, limiterFor }: Deps): Fetch {
  const { service } = manners;
  const waitTurn = openTurns(manners, limiterFor);
  const breaker = openHostBreaker(service);
  const pause = { until: 0, beginning: new AbortController() };
  return async (url, init = {}) => {
    const signal = init.signal ?? new AbortController().signal;
    const headers = withUserAgent(init.headers, userAgent);
    for (let retries = 0; ; retries++) {
      await waitPause(pause.until, service, signal);
      const response = await breaker.run(async () => {
        await takeTurn(waitTurn, [breaker.opening(), pause.beginning.signal], signal);
        await waitPause(pause.until, service, signal); // another caller may have been told meanwhile
        return await exchange((inner) => fetch(url, { ...init, headers, signal: inner }), { service, limits, signal });
      });
      const pauseMs = askedPauseMs(response);
      if (pauseMs === null) return response;
      pause.until = Date.now() + pauseMs;
      if (pauseMs > MAX_PAUSE_MS) {
        pause.beginning.abort(throttled(service, pauseMs));
        pause.beginning = new AbortController();
      }
      if (retries === MAX_RETRIES) throw throttled(service, pauseMs);
    }
  };
}

/** Waiting ends early when the host fails for others meanwhile, or tells them to stay away. */
async function takeTurn(waitTurn: WaitTurn, closing: readonly AbortSignal[], signal: AbortSignal): Promise<void> {
  // Not by AbortSignal.any: Node 20 keeps a trace of each on its signals, and those of the host live on.
  const leaving = new AbortController();
  const lettingGo = [signal, ...closing].map((one) => onAbort(one, () => leaving.abort(one.reason)));
  try {
    await waitTurn(leaving.signal);
  } catch (error) {
    if (signal.aborted) throw abortedFailure(signal);
    throw closing.find(({ aborted }) => aborted)?.reason ?? error;
  } finally {
    for (const letGo of lettingGo) letGo();
  }
}

function withUserAgent(headers: RequestInit["headers"], userAgent: string): Headers {
  const all = new Headers(headers);
  all.set("user-agent", userAgent);
  return all;
}

/** How long the answer asks to stay away; null when it is an answer. */
function askedPauseMs({ status, headers }: Response): number | null {
  if (status !== 429 && status !== 503) return null;
  return retryAfterMs(headers.get("retry-after"), Date.now());
}

async function waitPause(until: number, service: string, signal: AbortSignal): Promise<void> {
  const pauseMs = until - Date.now();
  if (pauseMs <= 0) return;
  if (pauseMs > MAX_PAUSE_MS) throw throttled(service, pauseMs);
  await sleep(pauseMs, signal, () => abortedFailure(signal));
}

function throttled(service: string, pauseMs: number): Error {
  const seconds = Math.ceil(pauseMs / 1000);
  return sourceFailure(service, "source-throttled", { because: `it wants no request for ${seconds} s`, status: 429 });
}

interface Exchange {
  readonly service: string;
  readonly limits: FetchLimits;
  readonly signal: AbortSignal;
}

/** One request with its whole body under the limits. @throws OpfindError, never what fetch throws */
async function exchange(
  send: (signal: AbortSignal) => Promise<Response>,
  { service, limits, signal }: Exchange,
): Promise<Response> {
  // AbortSignal.timeout within AbortSignal.any may be collected before it fires on Node 20: a plain timer cannot.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limits.timeoutMs);
  try {
    const response = await send(AbortSignal.any([signal, late.signal]));
    return judge(response, await readBounded(response, limits.maxBytes), service);
  } catch (cause) {
    if (signal.aborted) throw abortedFailure(signal);
    if (late.signal.aborted) {
      throw sourceFailure(service, "source-timeout", { because: `${limits.timeoutMs / 1000} s went by`, cause });
    }
    throw explain(cause, service);
  } finally {
    clearTimeout(timer);
  }
}

/** Statuses that mean the same for every service. */
function judge(response: Response, body: Uint8Array<ArrayBuffer>, service: string): Response {
  const { status, statusText, headers } = response;
  const isPause = status === 503 && headers.has("retry-after");
  if (status === 403) throw refused(service, body);
  if (status >= 500 && !isPause) {
    throw sourceFailure(service, "source-down", { because: `it answered with status ${status}`, status });
  }
  return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers });
}

/** AniList answers 403 both while it is switched off and to clients it does not like; only the text tells. */
function refused(service: string, body: Uint8Array): Error {
  const isDisabled = /temporarily disabled/i.test(new TextDecoder().decode(body.subarray(0, 4096)));
  if (isDisabled) return sourceFailure(service, "source-down", { because: "it is temporarily disabled", status: 403 });
  return sourceFailure(service, "source-refused", { because: "it answered with status 403", status: 403 });
}

function explain(cause: unknown, service: string): unknown {
  if (cause instanceof BodyTooLarge) {
    return sourceFailure(service, "source-other-shape", { because: `it sent ${cause.message}`, cause });
  }
  // fetch itself fails with a TypeError ("fetch failed", "terminated"); anything else is a bug or already ours.
  if (!(cause instanceof TypeError)) return cause;
  return sourceFailure(service, "source-down", { because: `the connection failed (${reason(cause)})`, cause });
}

function reason(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
