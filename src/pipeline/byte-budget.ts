import { onAbort } from "../abort.ts";
import { OpfindError } from "../errors.ts";
import { FairLine, lineFull, type Turn, waitedTooLong } from "./fair-line.ts";

/** What gives room back; the second time it does nothing. */
export type GiveBack = () => void;

/** How many may wait for room, and how long: the same as in the queue that comes after it. */
const WAITING = { capacity: 256, patienceMs: 60_000 } as const;

interface Wish {
  readonly bytes: number;
  readonly begin: (giveBack: GiveBack) => void;
}

/** Room for the bytes of pictures in memory, of all requests together: limits per request say nothing about a hundred. */
export class ByteBudget {
  readonly #maxBytes: number;
  readonly #line = new FairLine<Wish>();
  #taken = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns null when there is no room now, or others wait for it */
  tryTake(bytes: number): GiveBack | null {
    return this.#line.length === 0 && this.#isRoomFor(bytes) ? this.#take(bytes) : null;
  }

  /**
   * Waits for room in turn. More than there is at all counts as all there is.
   * @throws OpfindError queue-full | queue-late | aborted
   */
  async take(bytes: number, turn: Turn, signal: AbortSignal): Promise<GiveBack> {
    if (signal.aborted) throw aborted(signal);
    const wanted = Math.min(bytes, this.#maxBytes);
    const waiting = this.#line.length;
    const now = this.tryTake(wanted);
    if (now) return now;
    if (waiting >= WAITING.capacity)
      throw lineFull(`${waiting} others are waiting already.`, { waiting, reason: "full" });
    return await this.#wait(wanted, turn, signal);
  }

  #wait(bytes: number, turn: Turn, signal: AbortSignal): Promise<GiveBack> {
    return new Promise((resolve, reject) => {
      const settle = (how: () => void) => {
        clearTimeout(timer);
        letGo();
        standing.leave();
        how();
      };
      const giveUp = (failure: OpfindError) => {
        settle(() => reject(failure));
        this.#admit(); // those behind may want less
      };
      const standing = this.#line.enter(turn, { bytes, begin: (giveBack) => settle(() => resolve(giveBack)) });
      const timer = setTimeout(() => giveUp(waitedTooLong(WAITING.patienceMs)), WAITING.patienceMs);
      const letGo = onAbort(signal, () => giveUp(aborted(signal)));
      standing.tell();
    });
  }

  #isRoomFor(bytes: number): boolean {
    return this.#taken + bytes <= this.#maxBytes;
  }

  #take(bytes: number): GiveBack {
    this.#taken += bytes;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#taken -= bytes;
      this.#admit();
    };
  }

  /** Strictly in turn: whoever wants much is not passed by those who want little. */
  #admit(): void {
    for (let next = this.#line.first; next && this.#isRoomFor(next.bytes); next = this.#line.first) {
      next.begin(this.#take(next.bytes));
    }
  }
}

function aborted(signal: AbortSignal): OpfindError {
  return new OpfindError("aborted", "Stopped on request.", { cause: signal.reason });
}
