import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { OpfindError } from "../errors.ts";
import type { VectorIndex } from "../pipeline/ports.ts";
import { appendRows, buildIndex, buildLocked, type IndexDeps, underBuildLock } from "./build-index.ts";
import { openCodeScan } from "./code-scan.ts";
import type { IndexKind } from "./manifest.ts";
import { openRolledBack } from "./rolled-back-index.ts";
import { findSnapshot, openStored, type SnapshotPlace, type StorableIndex, snapshotPlace } from "./snapshot.ts";

export type IndexPreference = "auto" | "faiss" | "exact";

export interface OpenIndexDeps extends IndexDeps {
  readonly preference: IndexPreference;
}

/** Up to here "auto" searches in this process: about 1 ms without vector instructions too, and no second process to start. */
const FEW_ROWS = 2_500;
/**
 * Up to here FAISS, in a process of its own: 0.7 / 1.8 ms for one query / five at 10,000. The exact index takes as long,
 * but the time of this process, which a hundred who ask at once would feel.
 */
const BUSY_ROWS = 50_000;
/**
 * Up to here the exact index, where it has vector instructions: a quarter of FAISS's memory and nothing to build for
 * minutes; 7 ms at 200,000, 17 ms here. Beyond, FAISS (bench/scale.mjs).
 */
const EXACT_ROWS = 500_000;
/** FAISS looks at every row up to here (5 / 25 ms) and goes through a graph beyond, which takes minutes to build. */
const FLAT_ROWS = 100_000;
/** A stored index that lacks more than this share of the rows, or holds as many removed ones, is built anew. */
const STALE_SHARE = 0.1;

/**
 * Opens the index of a model: the stored one with what came since appended, or one built from the poster store when
 * there is none, it is damaged, belongs elsewhere or is of the wrong kind; or the version that it was rolled back to.
 * What it did is one log line.
 * @throws OpfindError index-broken when FAISS is demanded and cannot be had | index-dimension | aborted
 */
export async function openVectorIndex(deps: OpenIndexDeps, signal: AbortSignal): Promise<VectorIndex> {
  const former = await openRolledBack(deps, signal);
  return former ?? (await openNewestIndex(deps, signal));
}

/** Like `openVectorIndex`, whatever was rolled back to: that is the business of the network in use. */
export async function openNewestIndex(deps: OpenIndexDeps, signal: AbortSignal): Promise<VectorIndex> {
  return await inSuitingKind(deps, (kind) => openKind(deps, kind, signal));
}

/**
 * Builds the index anew beside the stored one, stores it and gives it open.
 * @throws OpfindError like `openVectorIndex` | disk-full
 */
export async function rebuildVectorIndex(deps: OpenIndexDeps, signal: AbortSignal): Promise<VectorIndex> {
  return await inSuitingKind(deps, (kind) => buildIndex(deps, kind, signal));
}

async function inSuitingKind(
  { store, modelId, preference, log }: OpenIndexDeps,
  work: (kind: IndexKind) => Promise<StorableIndex>,
): Promise<StorableIndex> {
  const { rows } = store.state(modelId);
  // To load it takes 20 ms and 8 MB, so it is asked for where it decides something.
  const hasUsearch = async () => (await openCodeScan()).name === "usearch";
  const parts = { hasFaiss: isFaissBuilt(), hasUsearch: rows > BUSY_ROWS && (await hasUsearch()) };
  const kind = chooseKind(preference, rows, parts);
  if (kind === "exact" && rows > FEW_ROWS && !(await hasUsearch())) {
    log.info("the exact index works without vector instructions: `opfind doctor` says why");
  }
  try {
    return await work(kind);
  } catch (error) {
    const mayFallBack = preference === "auto" && kind !== "exact";
    if (!mayFallBack || !(error instanceof OpfindError) || error.code !== "index-broken") throw error;
    log.warn(`FAISS cannot be used, the exact index is: ${error.message}`);
    return await work("exact");
  }
}

/** What works on this machine. */
interface NativeParts {
  readonly hasFaiss: boolean;
  readonly hasUsearch: boolean;
}

/** Which kind suits a number of rows. */
export function chooseKind(
  preference: IndexPreference,
  rows: number,
  { hasFaiss, hasUsearch }: NativeParts,
): IndexKind {
  const isAuto = preference === "auto";
  const isMiddling = rows > BUSY_ROWS && rows <= EXACT_ROWS;
  if (preference === "exact" || (isAuto && (rows <= FEW_ROWS || !hasFaiss))) return "exact";
  if (isAuto && isMiddling && hasUsearch) return "exact";
  return rows <= FLAT_ROWS ? "faiss-flat" : "faiss-hnsw";
}

/** Without its compiled part faiss-node cannot load: to ask a child process would cost 0.2 s at every start. */
function isFaissBuilt(): boolean {
  try {
    const manifest = createRequire(import.meta.url).resolve("faiss-node/package.json");
    return existsSync(join(dirname(manifest), "build", "Release", "faiss-node.node"));
  } catch {
    return false;
  }
}

async function openKind(deps: OpenIndexDeps, kind: IndexKind, signal: AbortSignal): Promise<StorableIndex> {
  const place = snapshotPlace(deps.dataDir, deps.modelId, deps.dimension);
  const first = await openSnapshot(deps, { place, kind, signal });
  if (typeof first !== "string") return first;
  return underBuildLock(
    deps,
    async () => {
      // Whoever held the lock before may have built it.
      const second = await openSnapshot(deps, { place, kind, signal });
      if (typeof second !== "string") return second;
      deps.log.info(`building the index (${kind}) from the poster store: ${second}`);
      return buildLocked(deps, place, { kind, signal });
    },
    signal,
  );
}

interface Opening {
  readonly place: SnapshotPlace;
  readonly kind: IndexKind;
  readonly signal: AbortSignal;
}

/** @returns the index, or why it has to be built */
async function openSnapshot(deps: OpenIndexDeps, { place, kind, signal }: Opening): Promise<StorableIndex | string> {
  const { store, modelId } = deps;
  const found = await findSnapshot(place, store);
  if (found.kind === "unfit") return found.why;
  const { manifest } = found;
  if (manifest.kind !== kind) return `it is ${manifest.kind}, ${kind} suits better now`;
  const { rows } = store.state(modelId);
  const kept = store.countUpTo(modelId, manifest.lastEmbeddingId);
  const changes = Math.abs(rows - kept) + Math.abs(manifest.rows - kept);
  if (changes > rows * STALE_SHARE) return `${changes} rows changed since it was built`;
  let index: StorableIndex;
  try {
    index = await openStored(place, found);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  await index.remove(store.removedSince(manifest.lastRemovalId), signal);
  if (index.size !== kept) {
    await index.close();
    return "it does not hold the rows of the poster store";
  }
  await appendRows(index, deps, { after: manifest.lastEmbeddingId, signal });
  return index;
}
