import PQueue from "p-queue";
import { onAbort } from "../abort.ts";
import { OpfindError } from "../errors.ts";
import type { Clock } from "./ports.ts";

/** Who asks, and how patient they are. */
export interface Turn {
  /** a person, a server, an API key: nobody's second question goes before another's first */
  readonly lane: string;
  /** told when it has to wait and each time that the place changes; 1 is next */
  readonly onPlace?: (place: number) => void;
}

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

interface Place {
  readonly onPlace: ((place: number) => void) | undefined;
  readonly priority: number;
}

class FairQueue implements WorkQueue {
  readonly #deps: QueueDeps;
  readonly #queue: PQueue;
  /** in the order of their turns */
  readonly #waiting: Place[] = [];
  readonly #lanes = new Map<string, number>();
  #isClosed = false;

  constructor(deps: QueueDeps) {
    this.#deps = deps;
    this.#queue = new PQueue({ concurrency: deps.limits.concurrency });
  }

  get depth(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#queue.pending;
  }

  async run<Result>(work: () => Promise<Result>, { lane, onPlace }: Turn, signal: AbortSignal): Promise<Result> {
    stopped(signal);
    const { clock, limits, meter } = this.#deps;
    this.#requirePlace(lane);
    // Priority falls with every piece that the lane has waiting: its n-th goes behind everyone's (n-1)-th.
    const place: Place = { onPlace, priority: -(this.#lanes.get(lane) ?? 0) };
    const leave = this.#enter(place, lane);
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
      { priority: place.priority },
    );
    this.#tellPlaces(this.#waiting.indexOf(place));
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
    if (this.#queue.pending < concurrency && this.#waiting.length === 0) return;
    if (this.#waiting.length >= capacity)
      throw this.#full("full", `${this.#waiting.length} others are waiting already.`);
    if ((this.#lanes.get(lane) ?? 0) >= lanePlaces) {
      throw this.#full("lane-full", `${lanePlaces} of your own are waiting already.`);
    }
  }

  #full(reason: "full" | "lane-full", why: string): OpfindError {
    this.#deps.meter.refused(reason);
    return new OpfindError("queue-full", `There is no room for another picture now: ${why}`, {
      details: { waiting: this.#waiting.length, reason },
    });
  }

  #late(): OpfindError {
    this.#deps.meter.refused("late");
    const seconds = Math.round(this.#deps.limits.patienceMs / 1000);
    return new OpfindError("queue-late", `The picture waited for more than ${seconds} s, so it was put back.`);
  }

  /** @returns what takes the place away; true the first time */
  #enter(place: Place, lane: string): () => boolean {
    const behind = this.#waiting.findLastIndex(({ priority }) => priority >= place.priority);
    this.#waiting.splice(behind + 1, 0, place);
    this.#lanes.set(lane, (this.#lanes.get(lane) ?? 0) + 1);
    return () => {
      const at = this.#waiting.indexOf(place);
      if (at === -1) return false;
      this.#waiting.splice(at, 1);
      const left = (this.#lanes.get(lane) ?? 1) - 1;
      if (left === 0) this.#lanes.delete(lane);
      else this.#lanes.set(lane, left);
      this.#tellPlaces(at);
      return true;
    };
  }

  /** Only from there on places have changed; -1 is the place of a piece that began at once. */
  #tellPlaces(from: number): void {
    if (from === -1) return;
    for (const [at, { onPlace }] of this.#waiting.slice(from).entries()) onPlace?.(from + at + 1);
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
