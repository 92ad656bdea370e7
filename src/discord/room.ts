import { onAbort } from "../abort.ts";
import type { Turn } from "../pipeline/fair-line.ts";
import type { Backend } from "./backend.ts";

interface Wanted {
  /** of all pictures together, so that nobody waits for more while holding some */
  readonly bytes: number;
  readonly turn: Turn;
  readonly backend: Pick<Backend, "holdRoom">;
}

/** Does work once there is room for its pictures in memory. @throws like `Backend.holdRoom`, or what the work throws */
export async function withRoom<T>(
  { bytes, turn, backend }: Wanted,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const leaving = new AbortController();
  const letGo = onAbort(signal, () => leaving.abort(signal.reason));
  try {
    await new Promise<void>((resolve, reject) => {
      // Once there is room, it only ends.
      backend.holdRoom(bytes, turn, resolve, leaving.signal).catch(reject);
    });
    return await work();
  } finally {
    letGo();
    leaving.abort();
  }
}
