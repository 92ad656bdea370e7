import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { Embedding, IndexedPoster } from "../pipeline/ports.ts";

/** What an index knows of a row besides its vector. */
export interface IndexRow {
  readonly embeddingId: number;
  readonly posterId: PosterId;
}

/** @throws OpfindError index-dimension */
export function requireDimension(vectors: readonly Embedding[], dimension: number): void {
  for (const { length } of vectors) {
    if (length === dimension) continue;
    const message = `The index holds embeddings of ${dimension} numbers, this one has ${length}: another network made it. Run \`opfind index build\`.`;
    throw new OpfindError("index-dimension", message, { details: { expected: dimension, actual: length } });
  }
}

/** @throws OpfindError aborted */
export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new OpfindError("aborted", "Stopped on request.", { cause: signal.reason });
}

/** The rows whose embedding is not yet known, each once. */
export function unknownRows(rows: readonly IndexedPoster[], known: ReadonlySet<number>): readonly IndexedPoster[] {
  const fresh = new Map(rows.map((row) => [row.embeddingId, row]));
  return [...fresh.values()].filter(({ embeddingId }) => !known.has(embeddingId));
}

const ROWS_PER_ADD = 1024;

/** Rows by the thousand: a store of any size is never held in memory twice. */
export async function* inBatches(rows: AsyncIterable<IndexedPoster>): AsyncGenerator<readonly IndexedPoster[]> {
  let batch: IndexedPoster[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_PER_ADD) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
