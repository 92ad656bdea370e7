import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../pipeline/ports.ts";
import { withBuildLock } from "./build-lock.ts";
import { FaissIndex } from "./faiss-index.ts";
import { FlatIndex } from "./flat-index.ts";
import { type IndexKind, writeManifest } from "./manifest.ts";
import { readPin, removePin } from "./pin.ts";
import type { SqlitePosterStore } from "./poster-store.ts";
import { inBatches } from "./rows.ts";
import { type SnapshotPlace, type StorableIndex, snapshotPlace, storeIndex, sweepGenerations } from "./snapshot.ts";
import { keepManifest, keptGenerations } from "./versions.ts";

/** Where an index says what it does; pino's logger is one. */
interface IndexLog {
  info(message: string): void;
  warn(message: string): void;
}

export interface IndexDeps {
  readonly store: SqlitePosterStore;
  readonly modelId: string;
  readonly dimension: number;
  readonly dataDir: string;
  readonly log: IndexLog;
  readonly clock: Clock;
  /** how many rows of how many are in; for a progress bar */
  readonly onRows?: (done: number, total: number) => void;
}

/**
 * Builds an index of this kind from the poster store, stores it, and gives it open. It answers from then on: a rollback
 * ends.
 * @throws OpfindError index-broken | index-dimension | disk-full | aborted
 */
export async function buildIndex(deps: IndexDeps, kind: IndexKind, signal: AbortSignal): Promise<StorableIndex> {
  const place = snapshotPlace(deps.dataDir, deps.modelId, deps.dimension);
  const work = async () => {
    const index = await buildLocked(deps, place, { kind, signal });
    await removePin(deps.dataDir);
    return index;
  };
  return underBuildLock(deps, work, signal);
}

/** @throws OpfindError aborted */
export async function underBuildLock<Result>(
  { dataDir, log }: Pick<IndexDeps, "dataDir" | "log">,
  work: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const folder = join(dataDir, "embeddings", "index");
  await mkdir(folder, { recursive: true });
  const onWait = () => log.info("another process is building the index; waiting for it");
  return withBuildLock(join(folder, "build-lock.sqlite"), work, { onWait, signal });
}

/** The build itself, for callers that hold the lock. */
export async function buildLocked(
  deps: IndexDeps,
  place: SnapshotPlace,
  { kind, signal }: { kind: IndexKind; signal: AbortSignal },
): Promise<StorableIndex> {
  const { store, modelId, dimension } = deps;
  // Before the rows are read: what happens to the store meanwhile is caught up with on opening.
  const { storeId, lastRemovalId } = store.state(modelId);
  const index = await emptyIndex(kind, dimension);
  try {
    const lastEmbeddingId = await appendRows(index, deps, { after: 0, signal });
    const files = await storeIndex(place, { index, store }, signal);
    const builtAt = new Date(deps.clock.now()).toISOString();
    const facts = { kind, modelId, dimension, storeId, rows: index.rows.length, lastEmbeddingId, lastRemovalId };
    const manifest = { format: 1, ...facts, builtAt, ...files } as const;
    await keepManifest(place, manifest);
    await writeManifest(place.folder, manifest);
    // Former ones stay for a rollback, and for a process that has one open and may need its file for a restart.
    const state = await readPin(deps.dataDir);
    const pinned = state.kind === "pinned" ? state.pin.version : null;
    await sweepGenerations(place, await keptGenerations(place.folder, pinned));
    return index;
  } catch (error) {
    await index.close();
    throw error;
  }
}

/** Adds the store's rows after an embedding id. @returns the last id */
export async function appendRows(
  index: StorableIndex,
  { store, modelId, onRows = () => {} }: IndexDeps,
  { after, signal }: { after: number; signal: AbortSignal },
): Promise<number> {
  const total = store.state(modelId).rows;
  let last = after;
  for await (const rows of inBatches(store.embeddings(modelId, after))) {
    await index.add(rows, signal);
    last = rows.at(-1)?.embeddingId ?? last;
    onRows(index.size, total);
  }
  return last;
}

export async function emptyIndex(kind: IndexKind, dimension: number): Promise<StorableIndex> {
  return kind === "exact" ? new FlatIndex(dimension) : FaissIndex.open({ kind, dimension });
}
