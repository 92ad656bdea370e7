import { OpfindError } from "../errors.ts";

/** What is counted about requests. */
export interface RequestMeter {
  /** @param failure a code of ours or what Discord refused; null for an answer */
  answered(kind: string, failure: string | null, ms: number): void;
}

/** What was stopped may still tell it; a request that Discord does not answer would keep the process from leaving. */
const LAST_WORDS_MS = 500;

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

  /** Waits until nothing is under way; what takes longer is stopped and told so, and then left behind. */
  async drain(patienceMs: number): Promise<void> {
    this.#isDraining = true;
    const stop = () => this.#controller.abort(new OpfindError("aborted", "opfind is shutting down."));
    const timers = [setTimeout(stop, patienceMs)];
    const over = new Promise<void>((resolve) => timers.push(setTimeout(resolve, patienceMs + LAST_WORDS_MS)));
    await Promise.race([this.#allEnded(), over]);
    for (const timer of timers) clearTimeout(timer);
  }

  async #allEnded(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }
}
