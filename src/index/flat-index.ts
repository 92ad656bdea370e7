import { setImmediate as nextTurn } from "node:timers/promises";
import type { PosterId } from "../domain/poster.ts";
import type { Embedding, IndexedPoster, Neighbour, VectorIndex } from "../pipeline/ports.ts";
import { Nearest } from "./nearest.ts";
import { type IndexRow, requireDimension, stopIfAborted, unknownRows } from "./rows.ts";

/** Multiply-adds between two turns of the main loop: 3–5 ms on a slow core. */
const SLICE_MACS = 2_500_000;
const FIRST_CAPACITY = 1024;

/**
 * Exact search in TypeScript over one block of memory `[rows, dimension]`. It needs nothing installed, answers a
 * gallery of ten thousand vectors in a few milliseconds, and lets the main loop breathe between slices of a larger one.
 */
export class FlatIndex implements VectorIndex {
  readonly kind = "exact";
  readonly dimension: number;
  #rows: IndexRow[] = [];
  /** searches in flight keep reading the block they began with: rows are only ever appended to it */
  #block: Float32Array;
  #known = new Set<number>();

  constructor(dimension: number, stored?: { rows: readonly IndexRow[]; vectors: Float32Array }) {
    this.dimension = dimension;
    this.#block = stored?.vectors ?? new Float32Array(FIRST_CAPACITY * dimension);
    this.#rows = [...(stored?.rows ?? [])];
    this.#known = new Set(this.#rows.map(({ embeddingId }) => embeddingId));
    if (stored && stored.vectors.length !== stored.rows.length * dimension) {
      throw new RangeError(`${stored.rows.length} rows of ${dimension} do not fill ${stored.vectors.length} numbers`);
    }
  }

  get size(): number {
    return this.#rows.length;
  }

  /** The place of a row is the place of its vector in `vectors`. */
  get rows(): readonly IndexRow[] {
    return this.#rows;
  }

  /** `[size, dimension]`; not a copy */
  get vectors(): Float32Array {
    return this.#block.subarray(0, this.size * this.dimension);
  }

  async add(rows: readonly IndexedPoster[], signal: AbortSignal): Promise<void> {
    stopIfAborted(signal);
    requireDimension(
      rows.map(({ embedding }) => embedding),
      this.dimension,
    );
    const fresh = unknownRows(rows, this.#known);
    this.#reserve(this.size + fresh.length);
    for (const { embeddingId, posterId, embedding } of fresh) {
      this.#block.set(embedding, this.size * this.dimension);
      this.#rows.push({ embeddingId, posterId });
      this.#known.add(embeddingId);
    }
  }

  async remove(posterIds: readonly PosterId[], signal: AbortSignal): Promise<void> {
    stopIfAborted(signal);
    const gone = new Set(posterIds);
    if (!this.#rows.some(({ posterId }) => gone.has(posterId))) return;
    const kept = this.#rows.flatMap((row, from) => (gone.has(row.posterId) ? [] : [{ row, from }]));
    const block = new Float32Array(Math.max(kept.length, FIRST_CAPACITY) * this.dimension);
    for (const [to, { from }] of kept.entries()) block.set(this.#vector(from), to * this.dimension);
    this.#block = block;
    this.#rows = kept.map(({ row }) => row);
    this.#known = new Set(this.#rows.map(({ embeddingId }) => embeddingId));
  }

  async search(
    queries: readonly Embedding[],
    k: number,
    signal: AbortSignal,
  ): Promise<readonly (readonly Neighbour[])[]> {
    requireDimension(queries, this.dimension);
    const rows = this.#rows;
    const count = rows.length;
    const limit = Math.min(k, count);
    if (limit < 1) return queries.map(() => []);
    const scans = queries.map((query) => ({ query, nearest: new Nearest(limit) }));
    await this.#scan(scans, count, signal);
    return scans.map(({ nearest }) =>
      nearest.results().flatMap(({ row, score }) => {
        const posterId = rows[row]?.posterId;
        return posterId === undefined ? [] : [{ posterId, score }];
      }),
    );
  }

  async close(): Promise<void> {
    this.#block = new Float32Array(0);
    this.#rows = [];
    this.#known.clear();
  }

  async #scan(scans: readonly Scan[], count: number, signal: AbortSignal): Promise<void> {
    const block = this.#block;
    const slice = Math.max(1, Math.floor(SLICE_MACS / (this.dimension * scans.length)));
    for (let from = 0; from < count; from += slice) {
      stopIfAborted(signal);
      const to = Math.min(from + slice, count);
      for (const scan of scans) scanRows(block, { ...scan, from, to, dimension: this.dimension });
      if (to < count) await nextTurn();
    }
  }

  #reserve(rows: number): void {
    if (rows * this.dimension <= this.#block.length) return;
    const block = new Float32Array(Math.max(rows, this.size * 2, FIRST_CAPACITY) * this.dimension);
    block.set(this.#block.subarray(0, this.size * this.dimension));
    this.#block = block;
  }

  #vector(row: number): Float32Array {
    return this.#block.subarray(row * this.dimension, (row + 1) * this.dimension);
  }
}

interface Scan {
  readonly query: Embedding;
  readonly nearest: Nearest;
}

interface Slice extends Scan {
  readonly from: number;
  readonly to: number;
  readonly dimension: number;
}

/** Four sums side by side: the processor need not wait for one addition before it starts the next. */
function scanRows(block: Float32Array, { query, nearest, from, to, dimension }: Slice): void {
  const whole = dimension - (dimension % 4);
  let worst = nearest.worst;
  for (let row = from, at = from * dimension; row < to; row++, at += dimension) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < whole; i += 4) {
      a += (block[at + i] ?? 0) * (query[i] ?? 0);
      b += (block[at + i + 1] ?? 0) * (query[i + 1] ?? 0);
      c += (block[at + i + 2] ?? 0) * (query[i + 2] ?? 0);
      d += (block[at + i + 3] ?? 0) * (query[i + 3] ?? 0);
    }
    for (let i = whole; i < dimension; i++) a += (block[at + i] ?? 0) * (query[i] ?? 0);
    const score = a + b + (c + d);
    if (score > worst) {
      nearest.offer(row, score);
      worst = nearest.worst;
    }
  }
}
