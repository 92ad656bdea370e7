import { setImmediate as nextTurn } from "node:timers/promises";
import type { PosterId } from "../domain/poster.ts";
import type { Embedding, IndexedPoster, Neighbour, VectorIndex } from "../pipeline/ports.ts";
import { Nearest } from "./nearest.ts";
import { type IndexRow, requireDimension, stopIfAborted, unknownRows } from "./rows.ts";
import { BLOCK_ROWS, type HeldBlock, VectorBlocks } from "./vector-blocks.ts";

/** Multiply-adds between two turns of the main loop: 3–5 ms on a slow core. */
const SLICE_MACS = 2_500_000;

/**
 * Exact search in TypeScript. It needs nothing installed, answers a gallery of ten thousand vectors in a few
 * milliseconds, and lets the main loop breathe between slices of a larger one.
 */
export class FlatIndex implements VectorIndex {
  readonly kind = "exact";
  readonly dimension: number;
  readonly #known: Set<number>;
  #blocks: VectorBlocks;

  constructor(dimension: number, blocks = new VectorBlocks(dimension)) {
    this.dimension = dimension;
    this.#blocks = blocks;
    this.#known = new Set(blocks.rows.map(({ embeddingId }) => embeddingId));
  }

  get size(): number {
    return this.#blocks.size;
  }

  /** The place of a row is the place of its vector in what `write` writes. */
  get rows(): readonly IndexRow[] {
    return this.#blocks.rows;
  }

  async add(rows: readonly IndexedPoster[], signal: AbortSignal): Promise<void> {
    stopIfAborted(signal);
    requireDimension(
      rows.map(({ embedding }) => embedding),
      this.dimension,
    );
    for (const { embeddingId, posterId, embedding } of unknownRows(rows, this.#known)) {
      this.#blocks.append({ embeddingId, posterId }, embedding);
      this.#known.add(embeddingId);
    }
  }

  async remove(posterIds: readonly PosterId[], signal: AbortSignal): Promise<void> {
    stopIfAborted(signal);
    const gone = new Set(posterIds);
    for (const { rows } of this.#blocks.hold()) {
      for (const { posterId, embeddingId } of rows) if (gone.has(posterId)) this.#known.delete(embeddingId);
    }
    this.#blocks.remove(gone);
  }

  async search(
    queries: readonly Embedding[],
    k: number,
    signal: AbortSignal,
  ): Promise<readonly (readonly Neighbour[])[]> {
    requireDimension(queries, this.dimension);
    const limit = Math.min(k, this.size);
    if (limit < 1) return queries.map(() => []);
    const blocks = this.#blocks.hold();
    const scans = queries.map((query) => ({ query, nearest: new Nearest(limit) }));
    await this.#scan(scans, blocks, signal);
    return scans.map(({ nearest }) =>
      nearest.results().flatMap(({ row, score }) => {
        const posterId = blocks[Math.floor(row / BLOCK_ROWS)]?.rows[row % BLOCK_ROWS]?.posterId;
        return posterId === undefined ? [] : [{ posterId, score }];
      }),
    );
  }

  /** Writes the vectors to a new file, float32 `[size, dimension]`. */
  async write(file: string): Promise<void> {
    await this.#blocks.write(file);
  }

  async close(): Promise<void> {
    this.#blocks = new VectorBlocks(this.dimension);
    this.#known.clear();
  }

  async #scan(scans: readonly Scan[], blocks: readonly HeldBlock[], signal: AbortSignal): Promise<void> {
    const { dimension } = this;
    const slice = Math.max(1, Math.floor(SLICE_MACS / (dimension * scans.length)));
    let left = slice;
    for (const [number, { vectors, count }] of blocks.entries()) {
      for (let from = 0; from < count; ) {
        stopIfAborted(signal);
        const to = Math.min(from + left, count);
        const part = { vectors, first: number * BLOCK_ROWS, from, to, dimension };
        for (const scan of scans) scanRows(part, scan);
        left -= to - from;
        from = to;
        if (left > 0) continue;
        await nextTurn();
        left = slice;
      }
    }
  }
}

interface Scan {
  readonly query: Embedding;
  readonly nearest: Nearest;
}

interface Slice {
  readonly vectors: Float32Array;
  /** number of the first row of `vectors` */
  readonly first: number;
  readonly from: number;
  readonly to: number;
  readonly dimension: number;
}

/** Four sums side by side: the processor need not wait for one addition before it starts the next. */
function scanRows({ vectors, first, from, to, dimension }: Slice, { query, nearest }: Scan): void {
  const whole = dimension - (dimension % 4);
  let worst = nearest.worst;
  for (let row = from, at = from * dimension; row < to; row++, at += dimension) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < whole; i += 4) {
      a += (vectors[at + i] ?? 0) * (query[i] ?? 0);
      b += (vectors[at + i + 1] ?? 0) * (query[i + 1] ?? 0);
      c += (vectors[at + i + 2] ?? 0) * (query[i + 2] ?? 0);
      d += (vectors[at + i + 3] ?? 0) * (query[i + 3] ?? 0);
    }
    for (let i = whole; i < dimension; i++) a += (vectors[at + i] ?? 0) * (query[i] ?? 0);
    const score = a + b + (c + d);
    if (score > worst) {
      nearest.offer(first + row, score);
      worst = nearest.worst;
    }
  }
}
