import { OpfindError } from "../errors.ts";

/** What is counted about requests. */
export interface RequestMeter {
  /** @param failure a code of ours or what Discord refused; null for an answer */
  answered(kind: string, failure: string | null, ms: number): void;
  /** Discord took the first answer to an interaction, so long after it made it. */
  acknowledged(ms: number): void;
}

/** What was stopped may still tell it; a request that Discord does not answer would keep the process from leaving. */
const LAST_WORDS_MS = 500;

/** The requests under way: a shutdown lets them come to their end, for a while. */
export class RequestTracker {
  /** request → what stops it */
  readonly #underWay = new Map<Promise<void>, AbortController>();
  #isDraining = false;

  /** no new request is taken any more */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /**
   * @param handle is given a signal of the request's own: one for all would keep a trace of each for good (Node 20 does,
   * of every `AbortSignal.any`). It says stop when a shutdown has waited long enough.
   */
  async track(handle: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    const request = handle(controller.signal);
    this.#underWay.set(request, controller);
    try {
      await request;
    } finally {
      this.#underWay.delete(request);
    }
  }

  /** Waits until nothing is under way; what takes longer is stopped and told so, and then left behind. */
  async drain(patienceMs: number): Promise<void> {
    this.#isDraining = true;
    const timers = [setTimeout(() => this.#stop(), patienceMs)];
    const over = new Promise<void>((resolve) => timers.push(setTimeout(resolve, patienceMs + LAST_WORDS_MS)));
    await Promise.race([this.#allEnded(), over]);
    for (const timer of timers) clearTimeout(timer);
  }

  #stop(): void {
    const why = new OpfindError("aborted", "opfind is shutting down.");
    for (const controller of this.#underWay.values()) controller.abort(why);
  }

  async #allEnded(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay.keys());
  }
}
