import { open, writeFile } from "node:fs/promises";
import type { PosterId } from "../domain/poster.ts";
import type { Embedding } from "../pipeline/ports.ts";
import type { IndexRow } from "./rows.ts";

/** 4 MB of 256 numbers; what is not yet filled takes no memory. */
export const BLOCK_ROWS = 4096;

/** Up to `BLOCK_ROWS` rows; the place of a row is the place of its vector. Rows are only ever appended. */
interface Block {
  readonly vectors: Float32Array;
  readonly rows: IndexRow[];
}

/** What a search reads from beginning to end, whatever is added or removed meanwhile. */
export interface HeldBlock {
  /** `[BLOCK_ROWS, dimension]`, of which `count` are filled */
  readonly vectors: Float32Array;
  readonly rows: readonly IndexRow[];
  readonly count: number;
}

/** Vectors in pieces of memory: growing copies nothing, and a removal copies only the pieces that it touches. */
export class VectorBlocks {
  readonly dimension: number;
  #blocks: readonly Block[] = [];

  constructor(dimension: number) {
    this.dimension = dimension;
  }

  /**
   * Reads what `write` wrote, piece by piece.
   * @throws RangeError when the file does not hold these rows; what the file system throws
   */
  static async read(file: string, dimension: number, rows: readonly IndexRow[]): Promise<VectorBlocks> {
    const stored = new VectorBlocks(dimension);
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const rowBytes = dimension * Float32Array.BYTES_PER_ELEMENT;
      if (size !== rows.length * rowBytes) throw new RangeError(`${rows.length} rows do not fill ${size} bytes`);
      for (let from = 0; from < rows.length; from += BLOCK_ROWS) {
        const block = stored.#begin(rows.slice(from, from + BLOCK_ROWS));
        const bytes = new Uint8Array(block.vectors.buffer, 0, block.rows.length * rowBytes);
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, from * rowBytes);
        if (bytesRead !== bytes.length) throw new RangeError("the file ends too early");
      }
      return stored;
    } finally {
      await handle.close();
    }
  }

  get size(): number {
    return this.#blocks.reduce((sum, { rows }) => sum + rows.length, 0);
  }

  /** In the order of the written vectors. */
  get rows(): readonly IndexRow[] {
    return this.#blocks.flatMap(({ rows }) => rows);
  }

  hold(): readonly HeldBlock[] {
    return this.#blocks.map(({ vectors, rows }) => ({ vectors, rows, count: rows.length }));
  }

  append(row: IndexRow, embedding: Embedding): void {
    const last = this.#blocks.at(-1);
    const block = last && last.rows.length < BLOCK_ROWS ? last : this.#begin([]);
    block.vectors.set(embedding, block.rows.length * this.dimension);
    block.rows.push(row);
  }

  remove(gone: ReadonlySet<PosterId>): void {
    this.#blocks = this.#blocks.flatMap((block) => {
      const isTouched = block.rows.some(({ posterId }) => gone.has(posterId));
      return isTouched ? this.#without(gone, block) : [block];
    });
  }

  /** Writes the vectors `[size, dimension]` as float32. */
  async write(file: string): Promise<void> {
    await writeFile(
      file,
      this.#blocks.map(({ vectors, rows }) => vectors.subarray(0, rows.length * this.dimension)),
    );
  }

  #begin(rows: IndexRow[]): Block {
    const block = { vectors: new Float32Array(BLOCK_ROWS * this.dimension), rows };
    this.#blocks = [...this.#blocks, block];
    return block;
  }

  /** A copy, since searches in flight read the block. */
  #without(gone: ReadonlySet<PosterId>, { vectors, rows }: Block): readonly Block[] {
    const kept = new VectorBlocks(this.dimension);
    for (const [place, row] of rows.entries()) {
      if (gone.has(row.posterId)) continue;
      kept.append(row, vectors.subarray(place * this.dimension, (place + 1) * this.dimension));
    }
    return kept.#blocks;
  }
}
