import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FaissIndex } from "./faiss-index.ts";
import { FlatIndex } from "./flat-index.ts";
import { checkFile, hashFile, type IndexManifest, LABELS, type Labels, readManifest } from "./manifest.ts";
import type { SqlitePosterStore } from "./poster-store.ts";
import type { IndexRow } from "./rows.ts";
import { VectorBlocks } from "./vector-blocks.ts";

/** An index that can be stored. */
export type StorableIndex = FlatIndex | FaissIndex;

export interface SnapshotPlace {
  /** `embeddings/index/<model>`; holds manifest.json and a folder per generation */
  readonly folder: string;
  readonly modelId: string;
  readonly dimension: number;
}

export function snapshotPlace(dataDir: string, modelId: string, dimension: number): SnapshotPlace {
  const name = modelId.replaceAll(/[^\w.-]+/g, "_");
  return { folder: join(dataDir, "embeddings", "index", name), modelId, dimension };
}

/** A snapshot that is what its manifest says and belongs to this store, or why it is not. */
export type Found =
  | { readonly kind: "fits"; readonly manifest: IndexManifest; readonly rows: readonly IndexRow[] }
  | { readonly kind: "unfit"; readonly why: string };

/**
 * Looks at a snapshot without trusting it: identity, checksums, and the number of rows the store has for it.
 * @param version its manifest; the newest one where none is given
 */
export async function findSnapshot(
  place: SnapshotPlace,
  store: SqlitePosterStore,
  version?: IndexManifest,
): Promise<Found> {
  const manifest = version ?? (await readManifest(place.folder));
  if (!manifest) return unfit("there is none yet, or its manifest cannot be read");
  const foreign = foreignness(manifest, place, store);
  if (foreign) return unfit(foreign);
  try {
    for (const { file, sha256 } of [manifest.labels, manifest.vectors]) {
      if ((await hashFile(join(place.folder, file))) !== sha256) return unfit(`${file} is damaged`);
    }
    const labels = await readLabels(place.folder, manifest);
    if (labels.rows.length !== manifest.rows) return unfit("its labels do not fit its vectors");
    const rows = labels.rows.map(([embeddingId, posterId]) => ({ embeddingId, posterId }));
    return { kind: "fits", manifest, rows };
  } catch (error) {
    return unfit(error instanceof Error ? error.message : String(error));
  }
}

function foreignness(manifest: IndexManifest, { modelId, dimension }: SnapshotPlace, store: SqlitePosterStore) {
  const state = store.state(modelId);
  if (manifest.modelId !== modelId || manifest.dimension !== dimension) return "it was made by another network";
  if (manifest.storeId !== state.storeId) return "it was made from another poster store";
  if (manifest.lastEmbeddingId > state.lastEmbeddingId && state.lastRemovalId === manifest.lastRemovalId) {
    return "it knows embeddings that the poster store does not have";
  }
  return undefined;
}

async function readLabels(folder: string, manifest: IndexManifest): Promise<Pick<Labels, "rows">> {
  return LABELS.parse(JSON.parse(await readFile(join(folder, manifest.labels.file), "utf8")));
}

/** Opens the stored vectors. @throws OpfindError index-broken */
export async function openStored(
  place: SnapshotPlace,
  found: Extract<Found, { kind: "fits" }>,
): Promise<StorableIndex> {
  const { manifest, rows } = found;
  const { dimension } = place;
  const file = join(place.folder, manifest.vectors.file);
  if (manifest.kind !== "exact") return FaissIndex.open({ kind: manifest.kind, dimension, stored: { file, rows } });
  return new FlatIndex(dimension, await VectorBlocks.read(file, dimension, rows));
}

/** Stores an index in a new folder beside the present one, which stays for whoever has it open. */
export async function storeIndex(
  place: SnapshotPlace,
  { index, store }: { readonly index: StorableIndex; readonly store: SqlitePosterStore },
  signal: AbortSignal,
) {
  const generation = `g-${crypto.randomUUID()}`;
  const labelsFile = `${generation}/labels.json`;
  const vectorsFile = `${generation}/${index.kind === "exact" ? "vectors.f32" : "vectors.faiss"}`;
  await mkdir(join(place.folder, generation), { recursive: true });
  await index.write(join(place.folder, vectorsFile));
  await writeFile(join(place.folder, labelsFile), JSON.stringify(await labelsOf(index.rows, store, signal)));
  return {
    vectors: await checkFile(place.folder, vectorsFile),
    labels: await checkFile(place.folder, labelsFile),
  };
}

/** Deletes the folders of former snapshots and of builds that were killed; call it under the build lock. */
export async function sweepGenerations(place: SnapshotPlace, kept: readonly string[]): Promise<void> {
  const names = await readdir(place.folder);
  const old = names.filter((name) => name.startsWith("g-") && !kept.includes(name));
  for (const name of old) await rm(join(place.folder, name), { recursive: true, force: true });
}

async function labelsOf(rows: readonly IndexRow[], store: SqlitePosterStore, signal: AbortSignal): Promise<Labels> {
  const labels = await store.labels([...new Set(rows.map(({ posterId }) => posterId))], signal);
  return {
    rows: rows.map(({ embeddingId, posterId }) => [embeddingId, posterId]),
    posters: [...labels.values()].map(({ posterId, anilistId, title }) => [posterId, anilistId, title]),
  };
}

function unfit(why: string): Found {
  return { kind: "unfit", why };
}
