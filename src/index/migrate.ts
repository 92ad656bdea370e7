import { createHash } from "node:crypto";
import pLimit from "p-limit";
import type { GalleryStore, StoredEmbedding, WholePoster } from "./gallery-store.ts";
import { toVector } from "./poster-rows.ts";
import { stopIfAborted } from "./rows.ts";

export interface Migration {
  readonly from: GalleryStore;
  readonly to: GalleryStore;
  readonly onProgress: (done: number, total: number) => void;
}

/** What was carried over, and what a look at both sides afterwards found. */
export interface MigrationReport {
  readonly posters: number;
  readonly embeddings: number;
  /** carried over in this run; the rest was there already */
  readonly carried: number;
  /** of what the source holds, in any order; equal when nothing differs */
  readonly checksums: { readonly from: string; readonly to: string };
  /** posters of the source that the target lacks, or has otherwise */
  readonly different: number;
  /** posters that only the target has */
  readonly extra: number;
}

/** Qdrant answers in milliseconds, most of them on the way: eight at a time keep it busy and SQLite in order. */
const AT_ONCE = 8;

/**
 * Carries every poster with its label, its embeddings of all networks and its picture to another store, and compares
 * both sides afterwards. What is there already is left alone, so one that was stopped goes on; the source stays as it is.
 * @throws OpfindError aborted | whatever one of the stores throws
 */
export async function migrate({ from, to, onProgress }: Migration, signal: AbortSignal): Promise<MigrationReport> {
  const before = await digestsOf(to, signal);
  const total = await from.count();
  const limit = pLimit(AT_ONCE);
  const running = new Set<Promise<void>>();
  let [done, carried] = [0, 0];
  for await (const poster of from.whole()) {
    stopIfAborted(signal);
    if (before.get(keyOf(poster))?.digest === digestOf(poster)) {
      onProgress(++done, total);
      continue;
    }
    const work = limit(async () => {
      await carry(poster, { from, to });
      carried++;
      onProgress(++done, total);
    }).finally(() => running.delete(work));
    running.add(work);
    work.catch(() => {}); // heard below
    if (running.size >= AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
  return { carried, ...compare(await digestsOf(from, signal), await digestsOf(to, signal)) };
}

async function carry({ record, embeddings }: WholePoster, { from, to }: Pick<Migration, "from" | "to">): Promise<void> {
  const { poster, anime, franchiseId } = record;
  const bytes = await from.image(poster.posterId);
  const [first, ...others] = byModel(embeddings);
  const { posterId } = await to.add({
    anime,
    franchiseId,
    image: bytes === null ? null : { bytes, extension: poster.file?.split(".").at(-1) ?? "img" },
    sha256: poster.sha256,
    source: poster.source,
    addedBy: poster.addedBy,
    addedAt: poster.addedAt,
    modelId: first?.[0] ?? "",
    embeddings: first?.[1] ?? [],
  });
  for (const [modelId, own] of others) await to.addEmbeddings(posterId, modelId, own);
}

function byModel(embeddings: readonly StoredEmbedding[]): readonly (readonly [string, readonly StoredEmbedding[]])[] {
  const models = [...new Set(embeddings.map(({ modelId }) => modelId))];
  return models.map((model) => [model, embeddings.filter(({ modelId }) => modelId === model)] as const);
}

/** poster → digest and number of embeddings */
type Digests = ReadonlyMap<string, { readonly digest: string; readonly embeddings: number }>;

async function digestsOf(store: GalleryStore, signal: AbortSignal): Promise<Digests> {
  const digests = new Map<string, { digest: string; embeddings: number }>();
  for await (const poster of store.whole()) {
    stopIfAborted(signal);
    digests.set(keyOf(poster), { digest: digestOf(poster), embeddings: poster.embeddings.length });
  }
  return digests;
}

function keyOf({ record: { poster } }: WholePoster): string {
  return `${poster.sha256}/${poster.anilistId}`;
}

/** Of everything but the ids, which each store gives as it likes. */
function digestOf({ record, embeddings }: WholePoster): string {
  const { poster, anime, franchiseId } = record;
  const { posterId: _, ...facts } = poster;
  const { anilistId, malId, title } = anime;
  const told = [facts.sha256, facts.file, facts.source, facts.addedAt, facts.addedBy, franchiseId, anilistId, malId];
  const hash = createHash("sha256").update(JSON.stringify([...told, title.romaji, title.english, title.native]));
  const named = embeddings.map(({ modelId, view, embedding }) => ({
    name: JSON.stringify([modelId, view]),
    embedding,
  }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, embedding } of named) hash.update(name).update(toVector(embedding));
  return hash.digest("hex");
}

function compare(from: Digests, to: Digests): Omit<MigrationReport, "carried"> {
  const keys = [...from.keys()].sort();
  const different = keys.filter((key) => from.get(key)?.digest !== to.get(key)?.digest).length;
  const checksum = (side: Digests) => {
    const hash = createHash("sha256");
    for (const key of keys) hash.update(side.get(key)?.digest ?? "absent");
    return hash.digest("hex");
  };
  return {
    posters: from.size,
    embeddings: [...from.values()].reduce((sum, { embeddings }) => sum + embeddings, 0),
    checksums: { from: checksum(from), to: checksum(to) },
    different,
    extra: [...to.keys()].filter((key) => !from.has(key)).length,
  };
}
