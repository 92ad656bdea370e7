import { OpfindError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import { type Callback, type Frame, mark, pack, unpack, type Wire } from "./carried.ts";

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly callbacks: readonly Callback[];
}

/** The methods of a backend; a new one does not compile without its name here. */
export const METHODS = Object.keys({
  ...{ identify: 0, readTierList: 0, looksLikeBoard: 0, songsOf: 0, suggest: 0, findTitle: 0, card: 0, cover: 0 },
  ...{ labels: 0, forget: 0, facts: 0, confirm: 0, approve: 0, reject: 0, undo: 0, standing: 0, confirmationOf: 0 },
  ...{ picture: 0, recent: 0, waiting: 0, savePending: 0, findPending: 0, readSettings: 0, writeSettings: 0 },
  ...{ takeTurn: 0, startReindex: 0, latestReindex: 0, cancelReindex: 0, watchReindex: 0, holdRoom: 0 },
} satisfies Readonly<Record<keyof Backend, 0>>);

/** The backend of another thread or process, by messages over a wire. */
export function remoteBackend(wire: Wire): Backend {
  const caller = new Caller(wire);
  const methods = METHODS.map((name) => [name, (...args: readonly unknown[]) => caller.call(name, args)] as const);
  // Each method sends its arguments to the method of the same name at the other end, where a real Backend answers; that
  // the names are all there is checked by the compiler (`METHODS`).
  return Object.fromEntries(methods) as unknown as Backend;
}

class Caller {
  readonly #wire: Wire;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.onFrame((frame) => this.#hear(frame));
  }

  async call(method: string, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastId;
    const callbacks: Callback[] = [];
    let signal: AbortSignal | undefined;
    const packed = args.map((arg) =>
      pack(arg, (other) => {
        if (!(other instanceof AbortSignal)) return mark("callback", callbacks.push(other) - 1);
        signal = other;
        return mark("signal");
      }),
    );
    if (signal?.aborted) throw new OpfindError("aborted", "Stopped on request.", { cause: signal.reason });
    const abort = () => this.#wire.send({ kind: "abort", id });
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#calls.set(id, { resolve, reject, callbacks });
        this.#wire.send({ kind: "call", id, method, args: packed });
      });
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#calls.delete(id);
    }
  }

  #hear(frame: Frame): void {
    const call = this.#calls.get(frame.id);
    // A callback may be late, after its call has ended.
    if (!call) return;
    if (frame.kind === "told") call.callbacks[frame.callback]?.(...frame.args);
    if (frame.kind === "result") call.resolve(unpack(frame.value, unexpected));
    if (frame.kind === "failure") call.reject(unpack(frame.error, unexpected));
  }
}

function unexpected(): never {
  throw new RangeError("a result carries a signal or a callback");
}
