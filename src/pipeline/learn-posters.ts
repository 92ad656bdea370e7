import { extname } from "node:path";
import type { AnilistId } from "../domain/anime.ts";
import type { Tally } from "./import-tally.ts";
import type { Embedder, Embedding, NewPoster, PosterStore, RgbImage } from "./ports.ts";
import type { AnimeIdentity } from "./resolve-row.ts";
import type { View } from "./views.ts";

/** A picture that only its embeddings are missing of. */
export interface ReadyPoster {
  /** for people */
  readonly name: string;
  /** file name or URL; its ending becomes the stored file's */
  readonly file: string;
  readonly source: string;
  readonly addedBy?: string | null;
  readonly anime: AnimeIdentity;
  readonly franchiseId: AnilistId | null;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly views: readonly View[];
}

/** What turns bytes into a stored poster. */
export interface LearnDeps {
  readonly store: Pick<PosterStore, "add" | "has">;
  readonly embedder: Pick<Embedder, "embed" | "modelId">;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly galleryViews: (image: RgbImage) => readonly View[];
}

interface Learning<Item> extends Pick<LearnDeps, "store" | "embedder"> {
  /** Never fails for one item alone. @returns null when there is nothing to embed, and tallies why */
  readonly prepare: (item: Item) => Promise<ReadyPoster | null>;
  readonly tally: Pick<Tally<never, never>, "add" | "repeat">;
  /** posters that are embedded together; a stop loses what was prepared of two batches */
  readonly batch: number;
}

/**
 * Prepares, embeds and stores, one batch being prepared while the one before is embedded. Each poster is one
 * transaction, so what was stored stays stored whenever it is stopped.
 * @throws OpfindError embedder-failed | disk-full | store-busy | aborted | whatever `prepare` throws
 */
export async function learnPosters<Item>(
  items: readonly Item[],
  learning: Learning<Item>,
  signal: AbortSignal,
): Promise<void> {
  const { batch } = learning;
  const prepare = async (from: number) => {
    const prepared = await Promise.all(items.slice(from, from + batch).map(learning.prepare));
    return prepared.filter((ready) => ready !== null);
  };
  let next = prepare(0);
  for (let from = 0; from < items.length; from += batch) {
    const ready = await next;
    next = prepare(from + batch);
    next.catch(() => {}); // heard in the next round, unless this one fails first
    await storeAll(ready, learning, signal);
  }
}

type Storing = Omit<Learning<never>, "prepare" | "batch">;

async function storeAll(posters: readonly ReadyPoster[], { store, embedder, tally }: Storing, signal: AbortSignal) {
  if (posters.length === 0) return;
  const embeddings = await embedder.embed(
    posters.flatMap(({ views }) => views.map(({ image }) => image)),
    signal,
  );
  let from = 0;
  for (const poster of posters) {
    const own = embeddings.slice(from, from + poster.views.length);
    from += poster.views.length;
    const { kind } = await store.add(toNewPoster(poster, own, embedder.modelId));
    if (kind === "added") tally.add(poster.name);
    else tally.repeat(poster.name);
  }
}

/** @param embeddings of the poster's views, in their order */
export function toNewPoster(ready: ReadyPoster, embeddings: readonly Embedding[], modelId: string): NewPoster {
  const { file, source, addedBy = null, anime, franchiseId, bytes, sha256, views } = ready;
  return {
    anime,
    franchiseId,
    image: { bytes, extension: extensionOf(file) },
    sha256,
    source,
    addedBy,
    modelId,
    embeddings: embeddings.map((embedding, i) => ({ view: views[i]?.name ?? String(i), embedding })),
  };
}

/** The store keeps files by their content: an ending that says nothing sensible becomes a neutral one. */
function extensionOf(file: string): string {
  const extension = extname(file).slice(1).toLowerCase();
  return /^[a-z0-9]{1,8}$/.test(extension) ? extension : "img";
}
