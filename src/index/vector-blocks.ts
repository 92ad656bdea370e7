import { open } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { PosterId } from "../domain/poster.ts";
import type { Embedding } from "../pipeline/ports.ts";
import { encode } from "./codes.ts";
import type { IndexRow } from "./rows.ts";
import { VectorFile } from "./vector-file.ts";

/** 2 MB of 256 codes, which a processor keeps at hand for several queries; what is not yet filled takes no memory. */
export const BLOCK_ROWS = 8192;
/** Vectors read or written between two turns of the main loop: 1 MB of 256 numbers. */
const VECTORS_PER_TURN = 1024;

export interface CodedRow extends IndexRow {
  /** where its vector is in the file */
  readonly place: number;
}

/** Up to `BLOCK_ROWS` rows; the place of a row is the place of its code. Rows are only ever appended. */
interface Block {
  /** int8 `[BLOCK_ROWS, dimension]` */
  readonly codes: Int8Array;
  /** of each code, `[BLOCK_ROWS]` */
  readonly lengths: Float32Array;
  readonly rows: CodedRow[];
}

/** What a search reads from beginning to end, whatever is added or removed meanwhile. */
export interface HeldBlock extends Readonly<Omit<Block, "rows">> {
  readonly rows: readonly CodedRow[];
  /** how many rows are filled */
  readonly count: number;
}

/**
 * Codes in pieces of memory, the vectors that they stand for in a file: growing copies nothing, and a removal copies
 * only the pieces that it touches.
 */
export class VectorBlocks {
  readonly dimension: number;
  readonly #vectors: VectorFile;
  #blocks: readonly Block[] = [];

  constructor(dimension: number, vectors = new VectorFile(dimension)) {
    this.dimension = dimension;
    this.#vectors = vectors;
  }

  /**
   * Reads what `write` wrote, and keeps the file open.
   * @throws RangeError when the file does not hold these rows; what the file system throws
   */
  static async read(file: string, dimension: number, rows: readonly IndexRow[]): Promise<VectorBlocks> {
    const vectors = VectorFile.over(file, dimension);
    const stored = new VectorBlocks(dimension, vectors);
    try {
      if (vectors.size !== rows.length) throw new RangeError(`${vectors.size} vectors for ${rows.length} rows`);
      const vector = new Float32Array(dimension);
      for (const [place, { embeddingId, posterId }] of rows.entries()) {
        vectors.read(place, vector);
        stored.#put({ embeddingId, posterId, place }, vector);
        if (place % VECTORS_PER_TURN === 0) await nextTurn();
      }
      return stored;
    } catch (error) {
      stored.close();
      throw error;
    }
  }

  get size(): number {
    return this.#blocks.reduce((sum, { rows }) => sum + rows.length, 0);
  }

  /** In the order of the written vectors. */
  get rows(): readonly CodedRow[] {
    return this.#blocks.flatMap(({ rows }) => rows);
  }

  hold(): readonly HeldBlock[] {
    return this.#blocks.map((block) => ({ ...block, count: block.rows.length }));
  }

  append({ embeddingId, posterId }: IndexRow, embedding: Embedding): void {
    this.#put({ embeddingId, posterId, place: this.#vectors.append(embedding) }, embedding);
  }

  remove(gone: ReadonlySet<PosterId>): void {
    this.#blocks = this.#blocks.map((block) => {
      const isTouched = block.rows.some(({ posterId }) => gone.has(posterId));
      return isTouched ? this.#without(gone, block) : block;
    });
  }

  /** The vector of a row, also of one that is removed by now. @param into `[dimension]` */
  vectorOf({ place }: CodedRow, into: Float32Array): void {
    this.#vectors.read(place, into);
  }

  /** Writes the vectors `[size, dimension]` as float32. */
  async write(file: string): Promise<void> {
    const { dimension, rows } = this;
    const handle = await open(file, "w");
    try {
      for (let from = 0; from < rows.length; from += VECTORS_PER_TURN) {
        const part = rows.slice(from, from + VECTORS_PER_TURN);
        const vectors = new Float32Array(part.length * dimension);
        for (const [i, row] of part.entries()) this.vectorOf(row, vectors.subarray(i * dimension, (i + 1) * dimension));
        await handle.writeFile(new Uint8Array(vectors.buffer));
      }
    } finally {
      await handle.close();
    }
  }

  close(): void {
    this.#blocks = [];
    this.#vectors.close();
  }

  #put(row: CodedRow, embedding: Embedding): void {
    const last = this.#blocks.at(-1);
    const { codes, lengths, rows } = last && last.rows.length < BLOCK_ROWS ? last : this.#begin();
    const at = rows.length;
    lengths[at] = encode(embedding, codes.subarray(at * this.dimension, (at + 1) * this.dimension));
    rows.push(row);
  }

  #begin(): Block {
    const block = emptyBlock(this.dimension);
    this.#blocks = [...this.#blocks, block];
    return block;
  }

  /** A copy, since searches in flight read the block. */
  #without(gone: ReadonlySet<PosterId>, { codes, lengths, rows }: Block): Block {
    const kept = emptyBlock(this.dimension);
    for (const [from, row] of rows.entries()) {
      if (gone.has(row.posterId)) continue;
      const to = kept.rows.push(row) - 1;
      kept.codes.set(codes.subarray(from * this.dimension, (from + 1) * this.dimension), to * this.dimension);
      kept.lengths[to] = lengths[from] ?? 0;
    }
    return kept;
  }
}

function emptyBlock(dimension: number): Block {
  return { codes: new Int8Array(BLOCK_ROWS * dimension), lengths: new Float32Array(BLOCK_ROWS), rows: [] };
}
