import type { Embedding } from "../pipeline/ports.ts";

/** What one batch found, `[queries, depth]`. */
interface BatchReply {
  readonly labels: Int32Array;
  readonly scores: Float32Array;
}

/** A search's own part of a batch: its first query begins at `from`, and each has `depth` places. */
export interface BatchPart extends BatchReply {
  readonly from: number;
  readonly depth: number;
}

interface Waiting {
  readonly queries: readonly Embedding[];
  readonly depth: number;
  resolve(part: BatchPart): void;
  reject(failure: unknown): void;
}

/** At 15,000 × 256 one query takes FAISS 0.8 ms and 64 together 0.2 ms each; more would keep others waiting. */
const MOST_QUERIES = 64;

/** Searches that come while one is answered go to FAISS together: alone, each would read all vectors for itself. */
export class SearchBatches {
  readonly #ask: (queries: readonly Embedding[], depth: number) => Promise<BatchReply>;
  #waiting: readonly Waiting[] = [];
  #isAnswering = false;

  constructor(ask: (queries: readonly Embedding[], depth: number) => Promise<BatchReply>) {
    this.#ask = ask;
  }

  /** @param depth neighbours of each query; it may get more @throws whatever `ask` throws */
  search(queries: readonly Embedding[], depth: number): Promise<BatchPart> {
    return new Promise((resolve, reject) => {
      this.#waiting = [...this.#waiting, { queries, depth, resolve, reject }];
      if (!this.#isAnswering) void this.#answerAll();
    });
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true;
    while (this.#waiting.length > 0) await this.#answer(this.#take());
    this.#isAnswering = false;
  }

  /** The next searches, at least one, however many queries it has. */
  #take(): readonly Waiting[] {
    let count = 0;
    const end = this.#waiting.findIndex(({ queries }, place) => {
      count += queries.length;
      return place > 0 && count > MOST_QUERIES;
    });
    const taken = end < 0 ? this.#waiting : this.#waiting.slice(0, end);
    this.#waiting = this.#waiting.slice(taken.length);
    return taken;
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    const depth = Math.max(...batch.map((one) => one.depth));
    try {
      const reply = await this.#ask(
        batch.flatMap(({ queries }) => queries),
        depth,
      );
      let from = 0;
      for (const { queries, resolve } of batch) {
        resolve({ ...reply, from, depth });
        from += queries.length * depth;
      }
    } catch (failure) {
      for (const { reject } of batch) reject(failure);
    }
  }
}
