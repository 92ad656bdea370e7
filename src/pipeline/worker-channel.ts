import { Worker } from "node:worker_threads";
import { orAborted } from "../abort.ts";

/** The worker thread stopped on its own; what it was asked for is lost, and a new one is started on the next call. */
export class WorkerStopped extends Error {
  override readonly name = "WorkerStopped";
}

/** Requests and replies carry the number that tells which belong together. */
interface Numbered {
  readonly id: number;
}

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread's own objects are few: its work lies in buffers. V8 would take 48 MB for the young ones; this saves 13 a thread. */
const YOUNG_MB = 4;

/** Questions and answers with one worker thread. Every question is settled, also when the thread dies or is closed. */
export class WorkerChannel<Request extends Numbered, Reply extends Numbered> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting<Reply>>();
  #stopped: WorkerStopped | undefined;

  constructor(script: URL) {
    this.#worker = new Worker(script, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    // Uncaught errors of the thread arrive here, and an exit follows.
    this.#worker.on("error", (error) =>
      this.#stop(new WorkerStopped(`its thread failed: ${error.message}`, { cause: error })),
    );
    this.#worker.on("exit", (code) => this.#stop(new WorkerStopped(`its thread ended with code ${code}`)));
    this.#worker.on("message", (reply: Reply) => this.#settle(reply));
    // An idle thread does not keep the process alive.
    this.#worker.unref();
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /**
   * @param transfer buffers that move to the thread; they are empty here afterwards
   * @throws WorkerStopped, or the signal's reason: the thread then finishes its work unheard
   */
  async ask(request: Request, transfer: readonly ArrayBuffer[], signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    if (this.#stopped) throw this.#stopped;
    const reply = new Promise<Reply>((resolve, reject) => this.#waiting.set(request.id, { resolve, reject }));
    this.#worker.ref();
    this.#worker.postMessage(request, transfer);
    try {
      return await orAborted(reply, signal);
    } finally {
      this.#waiting.delete(request.id);
      if (this.#waiting.size === 0) this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    this.#stop(new WorkerStopped("it was closed"));
    await this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    this.#waiting.get(reply.id)?.resolve(reply);
  }

  #stop(why: WorkerStopped): void {
    this.#stopped ??= why;
    for (const { reject } of this.#waiting.values()) reject(this.#stopped);
  }
}
