import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  noJitterGenerator,
  wrap,
} from "cockatiel";
import { OpfindError } from "../errors.ts";

const MINUTE_MS = 60_000;
/** After a 403 ("temporarily disabled", or a bot filter) a host is left alone for 5 min, doubling to an hour. */
const REFUSED = { initialDelay: 5 * MINUTE_MS, maxDelay: 60 * MINUTE_MS, tolerated: 1 } as const;
/** A host that failed three times running gets one probe after half a minute, doubling to ten minutes. */
const FAILING = { initialDelay: MINUTE_MS / 2, maxDelay: 10 * MINUTE_MS, tolerated: 3 } as const;
/** Silence costs a person the whole timeout: once is enough, or a walk of three layers would take 24 s. */
const SILENT = { ...FAILING, tolerated: 1 } as const;

/** Runs requests to one host, or fails at once while the host is left alone. */
export interface HostBreaker {
  /** @throws whatever `request` throws; while open, an OpfindError with the code of the last failure */
  run(request: () => Promise<Response>): Promise<Response>;
  /** Aborts, with that OpfindError as its reason, when the breaker opens: nobody needs to wait for a turn any more. */
  opening(): AbortSignal;
}

/** One per host and process. Reads `Date.now`, as cockatiel does. */
export function openHostBreaker(service: string): HostBreaker {
  const breakers = [
    breakerFor(REFUSED, isRefusal),
    breakerFor(FAILING, isOutage),
    breakerFor(SILENT, isSilence),
  ] as const;
  const all = wrap(...breakers);
  let closed = new AbortController();
  for (const breaker of breakers) {
    breaker.onBreak(() => closed.abort(leftAlone(service, breaker)));
    breaker.onHalfOpen(() => {
      closed = new AbortController();
    });
  }
  return {
    opening: () => closed.signal,
    async run(request) {
      try {
        return await all.execute(request);
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error;
        throw leftAlone(service, breakers.find(isOpen)) ?? error;
      }
    },
  };
}

type Delays = Readonly<{ initialDelay: number; maxDelay: number; tolerated: number }>;

function breakerFor({ initialDelay, maxDelay, tolerated }: Delays, counts: (error: Error) => boolean) {
  const halfOpenAfter = new ExponentialBackoff({ initialDelay, maxDelay, exponent: 2, generator: noJitterGenerator });
  return circuitBreaker(handleWhen(counts), { breaker: new ConsecutiveBreaker(tolerated), halfOpenAfter });
}

function isRefusal(error: Error): boolean {
  if (!(error instanceof OpfindError)) return false;
  const { status } = error.details;
  return status === 403;
}

function isOutage(error: Error): boolean {
  return error instanceof OpfindError && !isRefusal(error) && error.code === "source-down";
}

function isSilence(error: Error): boolean {
  return error instanceof OpfindError && error.code === "source-timeout";
}

function isOpen({ state }: CircuitBreakerPolicy): boolean {
  return state === CircuitState.Open;
}

function leftAlone(service: string, breaker: CircuitBreakerPolicy | undefined): OpfindError | undefined {
  const failure = breaker?.lastFailure;
  const last = failure && "error" in failure ? failure.error : undefined;
  if (!(last instanceof OpfindError)) return undefined;
  return new OpfindError(last.code, `${service} is left alone for a while, since: ${last.message}`, {
    cause: last,
    details: { ...last.details, leftAlone: true },
  });
}
