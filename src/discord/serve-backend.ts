import { OpfindError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import { type Frame, kindOf, pack, unpack, type Wire } from "./carried.ts";
import { METHODS } from "./remote-backend.ts";

/** Answers the calls of one shard. @returns what stops all that it still waits for, for when the shard is gone */
export function serveBackend(backend: Backend, wire: Wire): () => void {
  const underWay = new Map<number, AbortController>();
  const methods = new Map<string, unknown>(Object.entries(backend).filter(([name]) => METHODS.includes(name)));
  wire.onFrame((frame) => {
    if (frame.kind === "abort") underWay.get(frame.id)?.abort(stopped());
    if (frame.kind !== "call") return;
    const controller = new AbortController();
    underWay.set(frame.id, controller);
    void answer(frame, { methods, wire, signal: controller.signal }).finally(() => {
      // A shard that was started anew counts from 1 again.
      if (underWay.get(frame.id) === controller) underWay.delete(frame.id);
    });
  });
  return () => {
    for (const controller of underWay.values()) controller.abort(stopped());
  };
}

interface Serving {
  readonly methods: ReadonlyMap<string, unknown>;
  readonly wire: Wire;
  readonly signal: AbortSignal;
}

async function answer({ id, method, args }: Extract<Frame, { kind: "call" }>, { methods, wire, signal }: Serving) {
  try {
    const run = methods.get(method);
    if (typeof run !== "function") throw new RangeError(`a shard calls "${method}", which there is not`);
    const given = args.map((arg) =>
      unpack(arg, (marked) => {
        const { kind, number } = kindOf(marked);
        if (kind === "signal") return signal;
        return (...told: readonly unknown[]) => wire.send({ kind: "told", id, callback: number, args: told });
      }),
    );
    const value: unknown = await run(...given);
    wire.send({ kind: "result", id, value: pack(value, uncarriable) });
  } catch (error) {
    // A bug keeps its message; its stack stays in the log of the process where it happened.
    const failure = error instanceof Error && !(error instanceof OpfindError) ? new Error(error.message) : error;
    wire.send({ kind: "failure", id, error: pack(failure, uncarriable) });
  }
}

function uncarriable(): never {
  throw new RangeError("a result carries a signal or a callback");
}

function stopped(): OpfindError {
  return new OpfindError("aborted", "The shard stopped.");
}
