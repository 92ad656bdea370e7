import { OpfindError } from "../errors.ts";

/** What is counted about requests. */
export interface RequestMeter {
  answered(kind: string, outcome: string, ms: number): void;
}

/** The requests under way: a shutdown lets them come to their end, for a while. */
export class RequestTracker {
  readonly #underWay = new Set<Promise<void>>();
  readonly #controller = new AbortController();

  /** aborted when a shutdown has waited long enough */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get size(): number {
    return this.#underWay.size;
  }

  async track(request: Promise<void>): Promise<void> {
    this.#underWay.add(request);
    try {
      await request;
    } finally {
      this.#underWay.delete(request);
    }
  }

  /** Waits until nothing is under way; what takes longer is stopped, and told so. */
  async drain(patienceMs: number): Promise<void> {
    const stop = () => this.#controller.abort(new OpfindError("aborted", "opfind is shutting down."));
    const timer = setTimeout(stop, patienceMs);
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    clearTimeout(timer);
  }
}
