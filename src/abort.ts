import { setMaxListeners } from "node:events";

/**
 * Tells when the signal says stop, at once if it has. A signal may live as long as the process, and Node keeps one made
 * by `AbortSignal.any` for as long as somebody listens, with all that the listener knows.
 * @returns what lets go of the signal, to be called with the end of the work
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => {};
  }
  // As many listen as there is work under way: no leak that Node would have to warn of.
  setMaxListeners(0, signal);
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/** Waits until the signal says stop. */
export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, resolve));
}

/**
 * Waits for work, or for the signal to say stop; the work itself goes on.
 * @throws what `why` makes, without it the signal's reason; or what the work throws
 */
export async function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  why: () => unknown = () => signal.reason,
): Promise<T> {
  let letGo = () => {};
  const aborted = new Promise<never>((_, reject) => {
    letGo = onAbort(signal, () => reject(why()));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    letGo();
  }
}

/** Waits so long, or until the signal says stop. @throws what `why` makes, without it the signal's reason */
export function sleep(ms: number, signal: AbortSignal, why: () => unknown = () => signal.reason): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return orAborted(over, signal, why).finally(() => clearTimeout(timer));
}
