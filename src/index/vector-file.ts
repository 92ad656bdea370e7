import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Embedding } from "../pipeline/ports.ts";

interface OpenFile {
  readonly descriptor: number;
  readonly size: number;
}

/**
 * Vectors `[size, dimension]` as float32 on the disk: those of a stored index, and in a file without a name what was
 * added since. The system keeps in memory what is asked for; a vector is then read in a microsecond, so nothing waits.
 */
export class VectorFile {
  readonly #rowBytes: number;
  readonly #stored: OpenFile | undefined;
  #added: number | undefined;
  #size: number;

  constructor(dimension: number, stored?: OpenFile) {
    this.#rowBytes = dimension * Float32Array.BYTES_PER_ELEMENT;
    this.#stored = stored;
    this.#size = stored?.size ?? 0;
  }

  /** Opens a file of vectors, which may be deleted meanwhile. @throws what the file system throws */
  static over(file: string, dimension: number): VectorFile {
    const descriptor = openSync(file, "r");
    const size = fstatSync(descriptor).size / (dimension * Float32Array.BYTES_PER_ELEMENT);
    return new VectorFile(dimension, { descriptor, size });
  }

  get size(): number {
    return this.#size;
  }

  /** @returns the vector's place */
  append(vector: Embedding): number {
    this.#added ??= openNameless();
    writeSync(this.#added, bytesOf(vector), 0, this.#rowBytes, this.#offset(this.#size));
    return this.#size++;
  }

  /** @param into `[dimension]` @throws RangeError where no vector is */
  read(place: number, into: Float32Array): void {
    const file = this.#isStored(place) ? this.#stored?.descriptor : this.#added;
    const read = file === undefined ? 0 : readSync(file, bytesOf(into), 0, this.#rowBytes, this.#offset(place));
    if (read !== this.#rowBytes) throw new RangeError(`there is no vector at ${place} of ${this.#size}`);
  }

  close(): void {
    for (const file of [this.#stored?.descriptor, this.#added]) if (file !== undefined) closeSync(file);
  }

  #offset(place: number): number {
    return (this.#isStored(place) ? place : place - (this.#stored?.size ?? 0)) * this.#rowBytes;
  }

  #isStored(place: number): boolean {
    return place < (this.#stored?.size ?? 0);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** It is gone with the process, however that ends. */
function openNameless(): number {
  const name = join(tmpdir(), `opfind-${crypto.randomUUID()}.f32`);
  const file = openSync(name, "wx+", 0o600);
  unlinkSync(name);
  return file;
}
