import { OpfindError } from "../errors.ts";

/** What is counted about requests. */
export interface RequestMeter {
  /** @param failure a code of ours or what Discord refused; null for an answer */
  answered(kind: string, failure: string | null, ms: number): void;
}

/** The requests under way: a shutdown lets them come to their end, for a while. */
export class RequestTracker {
  readonly #underWay = new Set<Promise<void>>();
  readonly #controller = new AbortController();
  #isDraining = false;

  /** aborted when a shutdown has waited long enough */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** no new request is taken any more */
  get isDraining(): boolean {
    return this.#isDraining;
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
    this.#isDraining = true;
    const stop = () => this.#controller.abort(new OpfindError("aborted", "opfind is shutting down."));
    const timer = setTimeout(stop, patienceMs);
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    clearTimeout(timer);
  }
}
