import { open } from "node:fs/promises";
import { join } from "node:path";
import { type IndexManifest, readManifest } from "./manifest.ts";
import type { SqlitePosterStore } from "./poster-store.ts";
import type { IndexRow } from "./rows.ts";
import { findSnapshot, openStored, type SnapshotPlace } from "./snapshot.ts";

export interface IndexReport {
  readonly isSound: boolean;
  /** why the stored index cannot be used at all; null when it can */
  readonly unfit: string | null;
  /** rows compared bit by bit with the poster store */
  readonly compared: number;
  readonly different: number;
  /** in the store, not in the index, although older than it */
  readonly missing: number;
  /** in the index, unknown to the store although nothing says that they were removed */
  readonly extra: number;
  /** younger than the index: appended on opening */
  readonly later: number;
  /** of a sample of rows, how many a search for their own embedding does not find */
  readonly notFound: number;
  /** what SQLite finds wrong with the poster store */
  readonly storeProblems: readonly string[];
}

const SAMPLE = 200;

/** Compares every row of the stored index with the poster store, and searches for some. Changes nothing. */
export async function verifyIndex(
  place: SnapshotPlace,
  store: SqlitePosterStore,
  signal: AbortSignal,
): Promise<IndexReport> {
  const found = await findSnapshot(place, store);
  const storeProblems = store.problems();
  const nothing = { compared: 0, different: 0, missing: 0, extra: 0, later: 0, notFound: 0, storeProblems };
  if (found.kind === "unfit") return { isSound: false, unfit: found.why, ...nothing };
  const rows = await compareRows(place, { manifest: found.manifest, rows: found.rows, store });
  const notFound = await searchSample(place, { found, store, signal });
  const isSound = rows.different + rows.missing + rows.extra + notFound + storeProblems.length === 0;
  return { isSound, unfit: null, ...rows, notFound, storeProblems };
}

interface Comparison {
  readonly manifest: IndexManifest;
  readonly rows: readonly IndexRow[];
  readonly store: SqlitePosterStore;
}

/** Every kind keeps its vectors `[rows, dimension]` as float32 at the end of its file; FAISS does so too. */
async function compareRows({ folder, modelId, dimension }: SnapshotPlace, { manifest, rows, store }: Comparison) {
  const file = await open(join(folder, manifest.vectors.file), "r");
  try {
    const start = manifest.vectors.bytes - rows.length * dimension * 4;
    const places = new Map(rows.map(({ embeddingId }, place) => [embeddingId, place]));
    const removed = new Set(store.removedSince(manifest.lastRemovalId));
    const stored = Buffer.alloc(dimension * 4);
    let [compared, different, missing, later] = [0, 0, 0, 0];
    for await (const { embeddingId, posterId, embedding } of store.embeddings(modelId, 0)) {
      const place = places.get(embeddingId);
      if (place === undefined) {
        if (embeddingId > manifest.lastEmbeddingId) later++;
        else missing++;
        continue;
      }
      await file.read(stored, 0, stored.length, start + place * stored.length);
      const own = Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
      if (!own.equals(stored) || rows[place]?.posterId !== posterId) different++;
      compared++;
      places.delete(embeddingId);
    }
    const left = [...places.values()].filter((place) => !removed.has(rows[place]?.posterId ?? 0));
    return { compared, different, missing, extra: left.length, later };
  } finally {
    await file.close();
  }
}

interface Sampling {
  readonly found: Extract<Awaited<ReturnType<typeof findSnapshot>>, { kind: "fits" }>;
  readonly store: SqlitePosterStore;
  readonly signal: AbortSignal;
}

async function searchSample(place: SnapshotPlace, { found, store, signal }: Sampling): Promise<number> {
  const index = await openStored(place, found);
  try {
    const step = Math.max(1, Math.floor(found.rows.length / SAMPLE));
    const posters = found.rows.filter((_, i) => i % step === 0).map(({ posterId }) => posterId);
    let missed = 0;
    for (const [posterId, [embedding]] of await store.embeddingsOf(posters, place.modelId, signal)) {
      if (!embedding) continue;
      const [neighbours = []] = await index.search([embedding], 10, signal);
      const own = neighbours.find((neighbour) => neighbour.posterId === posterId);
      // The same picture under more than ten anime may crowd a poster out; its equals are then just as near.
      if (!own && (neighbours[0]?.score ?? 0) < 0.9999) missed++;
    }
    return missed;
  } finally {
    await index.close();
  }
}

export interface IndexStatus {
  readonly manifest: IndexManifest | null;
  /** rows of the poster store that the stored index lacks, or has in excess */
  readonly behind: number;
}

/** What is stored, without opening it. */
export async function readIndexStatus(place: SnapshotPlace, store: SqlitePosterStore): Promise<IndexStatus> {
  const manifest = await readManifest(place.folder);
  const { rows } = store.state(place.modelId);
  if (!manifest) return { manifest, behind: rows };
  const kept = store.countUpTo(place.modelId, manifest.lastEmbeddingId);
  return { manifest, behind: Math.abs(rows - kept) + Math.abs(manifest.rows - kept) };
}
