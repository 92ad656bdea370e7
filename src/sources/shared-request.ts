import { abortedFailure } from "./source-failure.ts";

/** One request that several callers wait for. It is cancelled when the last of them leaves, not when one does. */
export class SharedRequest<T> {
  readonly #controller = new AbortController();
  readonly #answer: Promise<T>;
  #waiting = 0;

  constructor(send: (signal: AbortSignal) => Promise<T>) {
    // A tick later, so that whoever makes it has it in hand before anything can fail.
    this.#answer = Promise.resolve().then(() => send(this.#controller.signal));
    this.#answer.catch(() => {}); // told to those who wait; nobody may be left
  }

  /** Everyone left: nobody may join any more. */
  get isCancelled(): boolean {
    return this.#controller.signal.aborted;
  }

  /** @throws OpfindError aborted, or whatever the request throws */
  async join(signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw abortedFailure(signal);
    this.#waiting++;
    let leave: (() => void) | undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(abortedFailure(signal));
      signal.addEventListener("abort", leave, { once: true });
    });
    try {
      return await Promise.race([this.#answer, left]);
    } finally {
      if (leave) signal.removeEventListener("abort", leave);
      if (--this.#waiting === 0 && signal.aborted) this.#controller.abort(signal.reason);
    }
  }
}
