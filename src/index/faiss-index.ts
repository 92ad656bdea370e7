import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { Embedding, IndexedPoster, Neighbour, VectorIndex } from "../pipeline/ports.ts";
import type { FaissKind, FaissReply, FaissRequest } from "./faiss-messages.ts";
import { FaissEnded, FaissProcess } from "./faiss-process.ts";
import { type IndexRow, requireDimension, stopIfAborted, unknownRows } from "./rows.ts";
import { type BatchPart, SearchBatches } from "./search-batches.ts";

/** Every search leaks its query, 1 kB at 256 numbers: a child is replaced after some 20 MB. */
const SEARCHES_PER_CHILD = 20_000;
/** Rows per message: an HNSW takes 0.7 ms for each, and between messages an abort is heard. */
const ROWS_PER_ADD = 256;
/** How many removed rows a search first allows for; more are asked for only when they were hit. */
const FIRST_SPARE = 64;

/** Where FAISS's part of an index is stored; the file must stay while the index is open. */
interface FaissFile {
  readonly file: string;
  readonly rows: readonly IndexRow[];
}

interface FaissSettings {
  readonly dimension: number;
  readonly kind: FaissKind;
  readonly stored?: FaissFile;
  readonly searchesPerChild?: number;
}

/**
 * FAISS in one child process, which is restarted once when it dies and replaced now and then. FAISS knows rows by
 * number only; which poster a row is, and which rows are removed, is kept here.
 */
export class FaissIndex implements VectorIndex {
  readonly kind: FaissKind;
  readonly dimension: number;
  readonly #searchesPerChild: number;
  readonly #rows: IndexRow[];
  readonly #known: Set<number>;
  readonly #removed = new Set<number>();
  /** rows from this number on are not in the file: kept here for a restart */
  #stored: FaissFile | undefined;
  #tail: IndexedPoster[] = [];
  #child: Promise<FaissProcess>;
  #pid: number | undefined;
  #searches = 0;
  #isClosed = false;
  #adding: Promise<void> = Promise.resolve();
  readonly #batches = new SearchBatches((queries, k) =>
    this.#ask({ op: "search", queries: concatenate(queries, this.dimension), k }),
  );

  private constructor({ dimension, kind, stored, searchesPerChild = SEARCHES_PER_CHILD }: FaissSettings) {
    this.dimension = dimension;
    this.kind = kind;
    this.#stored = stored;
    this.#rows = [...(stored?.rows ?? [])];
    this.#known = new Set(this.#rows.map(({ embeddingId }) => embeddingId));
    this.#searchesPerChild = searchesPerChild;
    this.#child = this.#start();
  }

  /** @throws OpfindError index-broken when FAISS cannot be loaded or the file does not hold these rows */
  static async open(settings: FaissSettings): Promise<FaissIndex> {
    const index = new FaissIndex(settings);
    try {
      await index.#child;
      return index;
    } catch (error) {
      throw broken(error);
    }
  }

  get size(): number {
    return this.#rows.length - this.#removed.size;
  }

  /** Every row ever added, removed ones too; the place of a row is FAISS's label. */
  get rows(): readonly IndexRow[] {
    return this.#rows;
  }

  /** of the child that answers at present; undefined while one starts */
  get childPid(): number | undefined {
    return this.#pid;
  }

  async add(rows: readonly IndexedPoster[], signal: AbortSignal): Promise<void> {
    requireDimension(
      rows.map(({ embedding }) => embedding),
      this.dimension,
    );
    // One after the other: the order in which FAISS gets rows is their numbering.
    const turn = this.#adding.then(() => this.#append(rows, signal));
    this.#adding = turn.catch(() => {});
    await turn;
  }

  async remove(posterIds: readonly PosterId[], signal: AbortSignal): Promise<void> {
    stopIfAborted(signal);
    await this.#adding;
    const gone = new Set(posterIds);
    for (const [label, { posterId, embeddingId }] of this.#rows.entries()) {
      if (!gone.has(posterId) || this.#removed.has(label)) continue;
      this.#removed.add(label);
      this.#known.delete(embeddingId);
    }
  }

  async search(
    queries: readonly Embedding[],
    k: number,
    signal: AbortSignal,
  ): Promise<readonly (readonly Neighbour[])[]> {
    requireDimension(queries, this.dimension);
    stopIfAborted(signal);
    const wanted = Math.min(k, this.size);
    if (wanted < 1 || queries.length === 0) return queries.map(() => []);
    this.#searches += queries.length;
    if (this.#searches > this.#searchesPerChild) this.#replace();
    for (let spare = Math.min(this.#removed.size, FIRST_SPARE); ; spare = spare * 4) {
      const depth = Math.min(wanted + spare, this.#rows.length);
      const part = await this.#batches.search(queries, depth);
      stopIfAborted(signal);
      const found = queries.map((_, query) => this.#neighbours(part, query, wanted));
      const isComplete = spare === 0 || depth === this.#rows.length || found.every(({ length }) => length === wanted);
      if (isComplete) return found;
    }
  }

  /** Writes FAISS's part to a new file. @throws OpfindError index-broken */
  async write(file: string): Promise<void> {
    await this.#adding;
    await this.#ask({ op: "write", file });
    this.#stored = { file, rows: [...this.#rows] };
    this.#tail = [];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const child = await this.#child.catch(() => undefined);
    child?.retire();
  }

  async #append(rows: readonly IndexedPoster[], signal: AbortSignal): Promise<void> {
    const fresh = unknownRows(rows, this.#known);
    for (let from = 0; from < fresh.length; from += ROWS_PER_ADD) {
      stopIfAborted(signal);
      const part = fresh.slice(from, from + ROWS_PER_ADD);
      await this.#ask({ op: "add", vectors: vectorsOf(part, this.dimension) });
      this.#tail.push(...part);
      for (const { embeddingId, posterId } of part) {
        this.#rows.push({ embeddingId, posterId });
        this.#known.add(embeddingId);
      }
    }
  }

  #neighbours({ labels, scores, from, depth }: BatchPart, query: number, wanted: number): readonly Neighbour[] {
    const found: Neighbour[] = [];
    const start = from + query * depth;
    for (let i = start; i < start + depth && found.length < wanted; i++) {
      const label = labels[i] ?? -1;
      const row = this.#rows[label];
      if (row && !this.#removed.has(label)) found.push({ posterId: row.posterId, score: scores[i] ?? 0 });
    }
    return found;
  }

  /** Asks the child; when it dies, asks a new one once. */
  async #ask(request: FaissRequest): Promise<FaissReply> {
    if (this.#isClosed) throw new RangeError("the index is closed");
    const first = this.#child;
    try {
      return await (await first).request(request);
    } catch (error) {
      if (!(error instanceof FaissEnded)) throw error;
    }
    try {
      if (this.#child === first) this.#renew();
      return await (await this.#child).request(request);
    } catch (error) {
      throw broken(error);
    }
  }

  #replace(): void {
    this.#child.then(
      (old) => old.retire(),
      () => {},
    );
    this.#renew();
  }

  #renew(): void {
    this.#searches = 0;
    this.#child = this.#start();
    this.#child.catch(() => {}); // whoever asks next hears of it
  }

  async #start(): Promise<FaissProcess> {
    const child = await FaissProcess.start();
    try {
      await this.#fill(child);
      this.#pid = child.pid;
      return child;
    } catch (error) {
      child.retire();
      throw error;
    }
  }

  async #fill(child: FaissProcess): Promise<void> {
    const stored = this.#stored;
    const { dimension, kind } = this;
    const opened = await child.request(stored ? { op: "read", file: stored.file } : { op: "create", kind, dimension });
    if (opened.rows !== (stored?.rows.length ?? 0) || opened.dimension !== dimension) {
      throw new OpfindError("index-broken", `${stored?.file} is not the index it should be: ${opened.rows} rows.`);
    }
    const tail = this.#tail;
    for (let from = 0; from < tail.length; from += ROWS_PER_ADD) {
      await child.request({ op: "add", vectors: vectorsOf(tail.slice(from, from + ROWS_PER_ADD), dimension) });
    }
  }
}

function vectorsOf(rows: readonly IndexedPoster[], dimension: number) {
  return concatenate(
    rows.map(({ embedding }) => embedding),
    dimension,
  );
}

/** @returns `[vectors.length, dimension]` */
function concatenate(vectors: readonly Embedding[], dimension: number) {
  const all = new Float32Array(vectors.length * dimension);
  for (const [i, vector] of vectors.entries()) all.set(vector, i * dimension);
  return all;
}

function broken(cause: unknown): unknown {
  if (!(cause instanceof FaissEnded)) return cause;
  const message = `${cause.message}. \`npm run setup\` makes FAISS work; OPFIND_INDEX=exact does without it.`;
  return new OpfindError("index-broken", message, { cause });
}
