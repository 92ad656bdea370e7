import { orAborted } from "./abort.ts";
import { OpfindError } from "./errors.ts";

/** One piece of work that several callers wait for. It is cancelled when the last of them leaves, not when one does. */
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

  /** @throws OpfindError aborted | whatever the request throws */
  async join(signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw abortedFailure(signal);
    this.#waiting++;
    try {
      return await orAborted(this.#answer, signal, () => abortedFailure(signal));
    } finally {
      if (--this.#waiting === 0 && signal.aborted) this.#controller.abort(signal.reason);
    }
  }
}

function abortedFailure(signal: AbortSignal): OpfindError {
  return new OpfindError("aborted", "The request was cancelled.", { cause: signal.reason });
}
