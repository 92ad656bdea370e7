import { setImmediate as nextTurn } from "node:timers/promises";
import type { PosterId } from "../domain/poster.ts";
import type { Embedding, IndexedPoster, Neighbour, VectorIndex } from "../pipeline/ports.ts";
import { type CodeQuery, type CodeScan, openCodeScan } from "./code-scan.ts";
import { encode } from "./codes.ts";
import { Nearest } from "./nearest.ts";
import { type IndexRow, requireDimension, stopIfAborted, unknownRows } from "./rows.ts";
import { BLOCK_ROWS, type CodedRow, type HeldBlock, VectorBlocks } from "./vector-blocks.ts";

/**
 * Rows beyond the wanted ones that are scored by their vectors: of the 160 nearest among 200,000, codes misplaced none so
 * far that it was missed, in 200 searches (docs/scaling.md).
 */
const SPARE = 64;

/**
 * Exact search: every row is compared, by codes of 8 bits, and the best are scored by their vectors. It answers a
 * gallery of ten thousand vectors in a millisecond, and lets the main loop breathe between slices of a larger one.
 */
export class FlatIndex implements VectorIndex {
  readonly kind = "exact";
  readonly dimension: number;
  readonly #known: Set<number>;
  readonly #blocks: VectorBlocks;
  readonly #scan: Promise<CodeScan>;

  constructor(dimension: number, blocks = new VectorBlocks(dimension), scan = openCodeScan()) {
    this.dimension = dimension;
    this.#blocks = blocks;
    this.#known = new Set(blocks.rows.map(({ embeddingId }) => embeddingId));
    this.#scan = scan;
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
    const coded = queries.map((query) => codedQuery(query, Math.min(limit + SPARE, this.size)));
    await this.#scanAll(blocks, coded, signal);
    return queries.map((query, at) => {
      const rows = coded[at]?.nearest.results().map(({ row }) => rowAt(blocks, row)) ?? [];
      return this.#scored(query, rows).slice(0, limit);
    });
  }

  /** Writes the vectors to a new file, float32 `[size, dimension]`. */
  async write(file: string): Promise<void> {
    await this.#blocks.write(file);
  }

  async close(): Promise<void> {
    this.#blocks.close();
    this.#known.clear();
  }

  async #scanAll(blocks: readonly HeldBlock[], queries: readonly CodeQuery[], signal: AbortSignal): Promise<void> {
    const { macsPerTurn, scan } = await this.#scan;
    let left = macsPerTurn;
    for (const [number, { codes, lengths, count }] of blocks.entries()) {
      const rows = { codes: codes.subarray(0, count * this.dimension), lengths, first: number * BLOCK_ROWS };
      for (const query of queries) {
        stopIfAborted(signal);
        scan(rows, query);
        left -= rows.codes.length;
        if (left > 0) continue;
        await nextTurn();
        left = macsPerTurn;
      }
    }
  }

  /** Best first; equals as they came. */
  #scored(query: Embedding, rows: readonly CodedRow[]): readonly Neighbour[] {
    const vector = new Float32Array(this.dimension);
    const scored = rows.map((row) => {
      this.#blocks.vectorOf(row, vector);
      return { posterId: row.posterId, score: dot(query, vector) };
    });
    return scored.sort((a, b) => b.score - a.score);
  }
}

function codedQuery(query: Embedding, limit: number): CodeQuery {
  const code = new Int8Array(query.length);
  return { length: encode(query, code), code, nearest: new Nearest(limit) };
}

function rowAt(blocks: readonly HeldBlock[], number: number): CodedRow {
  const row = blocks[Math.floor(number / BLOCK_ROWS)]?.rows[number % BLOCK_ROWS];
  if (!row) throw new RangeError(`there is no row ${number}`);
  return row;
}

function dot(a: Embedding, b: Embedding): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
