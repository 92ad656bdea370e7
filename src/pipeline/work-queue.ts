import PQueue from "p-queue";
import { onAbort } from "../abort.ts";
import { OpfindError } from "../errors.ts";
import { FairLine, lineFull, type Turn, waitedTooLong } from "./fair-line.ts";
import type { Clock } from "./ports.ts";

export interface QueueLimits {
  /** pieces of work at a time */
  readonly concurrency: number;
  /** pieces that may wait, over all lanes */
  readonly capacity: number;
  /** pieces of one lane that may wait */
  readonly lanePlaces: number;
  /** longest wait before the work begins */
  readonly patienceMs: number;
}

/** What the queue tells whoever counts. */
export interface QueueMeter {
  waited(ms: number): void;
  refused(reason: "full" | "lane-full" | "late"): void;
}

export interface WorkQueue {
  /** pieces that wait */
  readonly depth: number;
  /** pieces under way */
  readonly running: number;
  /**
   * Runs `work` when its turn comes; leaving the queue by `signal` costs nothing.
   * @throws OpfindError queue-full | queue-late | aborted | whatever `work` throws
   */
  run<Result>(work: () => Promise<Result>, turn: Turn, signal: AbortSignal): Promise<Result>;
  /** Lets what runs and waits come to its end. New work is refused as `queue-full`. */
  drain(): Promise<void>;
}

interface QueueDeps {
  readonly limits: QueueLimits;
  readonly meter: QueueMeter;
  readonly clock: Pick<Clock, "elapsedMs">;
}

/** Opens the one queue in front of the network: bounded, fair between lanes, never older than its patience. */
export function openWorkQueue(deps: QueueDeps): WorkQueue {
  return new FairQueue(deps);
}

class FairQueue implements WorkQueue {
  readonly #deps: QueueDeps;
  readonly #queue: PQueue;
  readonly #line = new FairLine<null>();
  #isClosed = false;

  constructor(deps: QueueDeps) {
    this.#deps = deps;
    this.#queue = new PQueue({ concurrency: deps.limits.concurrency });
  }

  get depth(): number {
    return this.#line.length;
  }

  get running(): number {
    return this.#queue.pending;
  }

  async run<Result>(work: () => Promise<Result>, turn: Turn, signal: AbortSignal): Promise<Result> {
    stopped(signal);
    const { clock, limits, meter } = this.#deps;
    this.#requirePlace(turn.lane);
    const { priority, tell, leave } = this.#line.enter(turn, null);
    const since = clock.elapsedMs();
    const begun = this.#queue.add(
      async () => {
        // Whoever left meanwhile has been answered already.
        if (!leave()) return undefined;
        const waitedMs = clock.elapsedMs() - since;
        meter.waited(waitedMs);
        if (waitedMs > limits.patienceMs) throw this.#late();
        return { result: await work() };
      },
      { priority },
    );
    tell();
    const done = await orLeft(begun, { leave, signal });
    if (!done) throw new RangeError("a piece of work that had left the queue was waited for");
    return done.result;
  }

  async drain(): Promise<void> {
    this.#isClosed = true;
    await this.#queue.onIdle();
  }

  #requirePlace(lane: string): void {
    const { capacity, lanePlaces, concurrency } = this.#deps.limits;
    if (this.#isClosed) throw this.#full("full", "opfind is shutting down.");
    if (this.#queue.pending < concurrency && this.depth === 0) return;
    if (this.depth >= capacity) throw this.#full("full", `${this.depth} others are waiting already.`);
    if (this.#line.waitingIn(lane) >= lanePlaces) {
      throw this.#full("lane-full", `${lanePlaces} of your own are waiting already.`);
    }
  }

  #full(reason: "full" | "lane-full", why: string): OpfindError {
    this.#deps.meter.refused(reason);
    return lineFull(why, { waiting: this.depth, reason });
  }

  #late(): OpfindError {
    this.#deps.meter.refused("late");
    return waitedTooLong(this.#deps.limits.patienceMs);
  }
}

/** Waits for work, or leaves the queue when the signal says so. Work that has begun hears of the signal itself. */
async function orLeft<Result>(
  work: Promise<Result>,
  { leave, signal }: { readonly leave: () => boolean; readonly signal: AbortSignal },
): Promise<Result> {
  let letGo = () => {};
  const left = new Promise<never>((_, reject) => {
    letGo = onAbort(signal, () => {
      if (leave()) reject(aborted(signal));
    });
  });
  try {
    return await Promise.race([work, left]);
  } finally {
    letGo();
  }
}

function stopped(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal);
}

function aborted(signal: AbortSignal): OpfindError {
  return new OpfindError("aborted", "Stopped on request.", { cause: signal.reason });
}
