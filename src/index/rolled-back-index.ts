import type { IndexedPoster } from "../pipeline/ports.ts";
import { emptyIndex, type IndexDeps } from "./build-index.ts";
import { type Pin, readPin } from "./pin.ts";
import { inBatches } from "./rows.ts";
import { findSnapshot, openStored, type StorableIndex, snapshotPlace } from "./snapshot.ts";
import { findVersion, listVersions } from "./versions.ts";

/**
 * Opens the version that the index was rolled back to. Should its files be damaged, it is made again from the poster
 * store, which still has its rows.
 * @returns null when nothing is rolled back for this network and store
 * @throws OpfindError index-broken | index-dimension | aborted
 */
export async function openRolledBack(deps: IndexDeps, signal: AbortSignal): Promise<StorableIndex | null> {
  const pin = await pinFor(deps);
  if (!pin) return null;
  const { index, since } = (await openVersion(deps, pin)) ?? (await rebuild(deps, pin, signal));
  try {
    await index.remove(deps.store.removedSince(since), signal);
    await append(index, deps.store.embeddings(deps.modelId, pin.resumesAfter), signal);
    return index;
  } catch (error) {
    await index.close();
    throw error;
  }
}

async function pinFor({ dataDir, store, modelId, log }: IndexDeps): Promise<Pin | null> {
  const state = await readPin(dataDir);
  if (state.kind === "none") return null;
  if (state.kind === "damaged") {
    log.warn(`${state.file} is damaged: the index is not rolled back; run opfind index rollback again`);
    return null;
  }
  const { pin } = state;
  if (pin.modelId !== modelId) {
    log.warn(`the index is rolled back to ${pin.version} of ${pin.modelId}, but ${modelId} is in use`);
    return null;
  }
  if (pin.storeId === store.state(modelId).storeId) return pin;
  log.warn(`the rollback to ${pin.version} belongs to another poster store and is left out`);
  return null;
}

async function openVersion({ dataDir, store, log }: IndexDeps, pin: Pin) {
  const place = snapshotPlace(dataDir, pin.modelId, pin.dimension);
  try {
    const { manifest } = findVersion(await listVersions(dataDir), pin.version);
    const found = await findSnapshot(place, store, manifest);
    if (found.kind === "fits") return { index: await openStored(place, found), since: manifest.lastRemovalId };
    log.warn(`the index version ${pin.version} is made again from the poster store: ${found.why}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.warn(`the index version ${pin.version} is made again from the poster store: ${why}`);
  }
  return null;
}

async function rebuild({ store }: IndexDeps, pin: Pin, signal: AbortSignal) {
  const since = store.state(pin.modelId).lastRemovalId;
  const index = await emptyIndex(pin.kind, pin.dimension);
  await append(index, upTo(store.embeddings(pin.modelId, 0), pin.lastEmbeddingId), signal);
  return { index, since };
}

async function append(index: StorableIndex, rows: AsyncIterable<IndexedPoster>, signal: AbortSignal): Promise<void> {
  for await (const batch of inBatches(rows)) await index.add(batch, signal);
}

async function* upTo(rows: AsyncIterable<IndexedPoster>, last: number): AsyncGenerator<IndexedPoster> {
  for await (const row of rows) {
    if (row.embeddingId > last) return;
    yield row;
  }
}
