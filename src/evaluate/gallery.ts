import type { PosterId } from "../domain/poster.ts";
import { franchiseOf } from "../pipeline/group.ts";
import type { Embedder, Embedding, IndexedPoster, PosterLabel, RgbImage, VectorIndex } from "../pipeline/ports.ts";
import { galleryViews, type View } from "../pipeline/views.ts";
import type { LabelledFile } from "./dataset.ts";

/** The posters of a gallery as one network sees them. */
interface Space {
  readonly index: VectorIndex;
  embeddingsOf(posterIds: readonly PosterId[]): Promise<ReadonlyMap<PosterId, readonly Embedding[]>>;
}

/** A gallery in memory: what a poster store and its index would answer, without either. */
export interface Gallery extends Space {
  labels(posterIds: readonly PosterId[]): Promise<ReadonlyMap<PosterId, PosterLabel>>;
  /** as the second network sees it; null without one */
  readonly beside: Space | null;
  /** the franchise key of an anime in the gallery; undefined when it is not there */
  franchiseOfAnime(anilistId: number): string | undefined;
  /** name of the folder it was built from */
  readonly set: string;
  readonly posters: number;
  /** the image file of a poster */
  pathOf(posterId: PosterId): string | undefined;
  /** the gallery cut into parts of about so many posters, each a gallery of its own; poster ids stay */
  parts(posters: number, signal: AbortSignal): Promise<readonly Gallery[]>;
}

export interface GalleryDeps {
  readonly embedder: Embedder;
  /** a second network */
  readonly beside: Embedder | null;
  readonly openIndex: OpenIndex;
  readonly read: (path: string, signal: AbortSignal) => Promise<RgbImage>;
  readonly onPoster: (done: number) => void;
}

type OpenIndex = (dimension: number) => VectorIndex;

/** Embeds every labelled file as `posters import` would. Files without an id cannot be an answer and are left out. */
export async function buildGallery(
  files: readonly LabelledFile[],
  { embedder, beside, openIndex, read, onPoster }: GalleryDeps,
  signal: AbortSignal,
): Promise<Gallery> {
  const labels = new Map<PosterId, PosterLabel>();
  const paths = new Map<PosterId, string>();
  const [first, second] = [new Rows(embedder), beside && new Rows(beside)];
  for (const { path, title, anilistId } of files) {
    if (anilistId === null) continue;
    const posterId = labels.size + 1;
    paths.set(posterId, path);
    labels.set(posterId, { posterId, anilistId, title, franchiseId: null });
    const views = galleryViews(await read(path, signal));
    await first.embed(posterId, views, signal);
    await second?.embed(posterId, views, signal);
    onPoster(labels.size);
  }
  const set = files[0]?.set ?? "";
  return await open({ labels, first, second, set, openIndex, pathOf: (posterId) => paths.get(posterId) }, signal);
}

/** The embeddings of one network. */
class Rows {
  readonly embedder: Pick<Embedder, "embed" | "dimension">;
  readonly rows: IndexedPoster[];

  constructor(embedder: Pick<Embedder, "embed" | "dimension">, rows: IndexedPoster[] = []) {
    this.embedder = embedder;
    this.rows = rows;
  }

  async embed(posterId: PosterId, views: readonly View[], signal: AbortSignal): Promise<void> {
    const images = views.map(({ image }) => image);
    for (const [at, embedding] of (await this.embedder.embed(images, signal)).entries()) {
      this.rows.push({ embeddingId: this.rows.length + 1, posterId, view: views[at]?.name ?? String(at), embedding });
    }
  }

  of(isWanted: (posterId: PosterId) => boolean): Rows {
    return new Rows(
      this.embedder,
      this.rows.filter(({ posterId }) => isWanted(posterId)),
    );
  }

  async searchable(openIndex: OpenIndex, signal: AbortSignal): Promise<Space> {
    const index = openIndex(this.embedder.dimension);
    await index.add(this.rows, signal);
    const rows = byPoster(this.rows);
    const own = (id: PosterId) => rows.get(id)?.map(({ embedding }) => embedding);
    return { index, embeddingsOf: async (ids) => new Map(ids.flatMap((id) => pair(id, own(id)))) };
  }
}

interface Contents extends Pick<Gallery, "set" | "pathOf"> {
  readonly labels: ReadonlyMap<PosterId, PosterLabel>;
  readonly first: Rows;
  readonly second: Rows | null;
  readonly openIndex: OpenIndex;
}

async function open(contents: Contents, signal: AbortSignal): Promise<Gallery> {
  const { labels, first, second, set, openIndex, pathOf } = contents;
  const franchises = new Map([...labels.values()].map((label) => [label.anilistId, franchiseOf(label)]));
  return {
    ...(await first.searchable(openIndex, signal)),
    beside: second && (await second.searchable(openIndex, signal)),
    set,
    pathOf,
    posters: labels.size,
    labels: async (ids) => new Map(ids.flatMap((id) => pair(id, labels.get(id)))),
    franchiseOfAnime: (anilistId) => franchises.get(anilistId),
    async parts(posters, stop) {
      const count = Math.max(1, Math.round(labels.size / posters));
      // Neighbouring files are often one franchise: dealing them out in turn spreads it over the parts.
      const parts = Array.from({ length: count }, (_, part) => cut(contents, (id) => id % count === part));
      return await Promise.all(parts.map((part) => open(part, stop)));
    },
  };
}

function cut(contents: Contents, isKept: (id: PosterId) => boolean): Contents {
  const { labels, first, second } = contents;
  const kept = new Map([...labels].filter(([posterId]) => isKept(posterId)));
  return { ...contents, labels: kept, first: first.of(isKept), second: second?.of(isKept) ?? null };
}

function pair<T>(id: PosterId, value: T | undefined): readonly (readonly [PosterId, T])[] {
  return value === undefined ? [] : [[id, value]];
}

function byPoster(rows: readonly IndexedPoster[]): ReadonlyMap<PosterId, readonly IndexedPoster[]> {
  const grouped = new Map<PosterId, IndexedPoster[]>();
  for (const row of rows) grouped.set(row.posterId, [...(grouped.get(row.posterId) ?? []), row]);
  return grouped;
}
