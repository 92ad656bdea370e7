import type { PosterId } from "../domain/poster.ts";
import { franchiseOf } from "../pipeline/group.ts";
import type { Embedder, Embedding, IndexedPoster, PosterLabel, RgbImage, VectorIndex } from "../pipeline/ports.ts";
import { galleryViews } from "../pipeline/views.ts";
import type { LabelledFile } from "./dataset.ts";

/** A gallery in memory: what a poster store and its index would answer, without either. */
export interface Gallery {
  readonly index: VectorIndex;
  labels(posterIds: readonly PosterId[]): Promise<ReadonlyMap<PosterId, PosterLabel>>;
  embeddingsOf(posterIds: readonly PosterId[]): Promise<ReadonlyMap<PosterId, readonly Embedding[]>>;
  /** the franchise key of an anime in the gallery; undefined when it is not there */
  franchiseOfAnime(anilistId: number): string | undefined;
  /** name of the folder it was built from */
  readonly set: string;
  readonly posters: number;
  /** the image file of a poster */
  pathOf(posterId: PosterId): string | undefined;
  /** the gallery cut into parts of about so many posters, each a gallery of its own; poster ids stay */
  parts(posters: number, openIndex: () => VectorIndex, signal: AbortSignal): Promise<readonly Gallery[]>;
}

export interface GalleryDeps {
  readonly embedder: Embedder;
  readonly index: VectorIndex;
  readonly read: (path: string, signal: AbortSignal) => Promise<RgbImage>;
  readonly onPoster: (done: number) => void;
}

/** Embeds every labelled file as `posters import` would. Files without an id cannot be an answer and are left out. */
export async function buildGallery(
  files: readonly LabelledFile[],
  { embedder, index, read, onPoster }: GalleryDeps,
  signal: AbortSignal,
): Promise<Gallery> {
  const labels = new Map<PosterId, PosterLabel>();
  const paths = new Map<PosterId, string>();
  const rows: IndexedPoster[] = [];
  for (const { path, title, anilistId } of files) {
    if (anilistId === null) continue;
    const posterId = labels.size + 1;
    paths.set(posterId, path);
    labels.set(posterId, { posterId, anilistId, title, franchiseId: null });
    const views = galleryViews(await read(path, signal));
    const images = views.map(({ image }) => image);
    for (const [at, embedding] of (await embedder.embed(images, signal)).entries()) {
      rows.push({ embeddingId: rows.length + 1, posterId, view: views[at]?.name ?? String(at), embedding });
    }
    onPoster(labels.size);
  }
  await index.add(rows, signal);
  return open({ index, labels, rows, set: files[0]?.set ?? "", pathOf: (posterId) => paths.get(posterId) });
}

interface Contents extends Pick<Gallery, "index" | "set" | "pathOf"> {
  readonly labels: ReadonlyMap<PosterId, PosterLabel>;
  readonly rows: readonly IndexedPoster[];
}

function open(contents: Contents): Gallery {
  const { index, labels, rows, set, pathOf } = contents;
  return {
    ...lookUps(index, labels, byPoster(rows)),
    set,
    pathOf,
    async parts(posters, openIndex, signal) {
      const count = Math.max(1, Math.round(labels.size / posters));
      // Neighbouring files are often one franchise: dealing them out in turn spreads it over the parts.
      const parts = Array.from({ length: count }, (_, part) => cut(contents, openIndex(), (id) => id % count === part));
      for (const { part, kept } of parts) await part.index.add(kept, signal);
      return parts.map(({ part }) => part);
    },
  };
}

function cut({ labels, rows, set, pathOf }: Contents, index: VectorIndex, isKept: (id: PosterId) => boolean) {
  const kept = rows.filter(({ posterId }) => isKept(posterId));
  const keptLabels = new Map([...labels].filter(([posterId]) => isKept(posterId)));
  return { kept, part: open({ index, labels: keptLabels, rows: kept, set, pathOf }) };
}

function lookUps(
  index: VectorIndex,
  labels: ReadonlyMap<PosterId, PosterLabel>,
  rows: ReadonlyMap<PosterId, readonly IndexedPoster[]>,
): Omit<Gallery, "set" | "pathOf" | "parts"> {
  const franchises = new Map([...labels.values()].map((label) => [label.anilistId, franchiseOf(label)]));
  return {
    index,
    posters: labels.size,
    labels: async (ids) => new Map(ids.flatMap((id) => pair(id, labels.get(id)))),
    embeddingsOf: async (ids) =>
      new Map(
        ids.flatMap((id) =>
          pair(
            id,
            rows.get(id)?.map(({ embedding }) => embedding),
          ),
        ),
      ),
    franchiseOfAnime: (anilistId) => franchises.get(anilistId),
  };
}

function pair<T>(id: PosterId, value: T | undefined): readonly (readonly [PosterId, T])[] {
  return value === undefined ? [] : [[id, value]];
}

function byPoster(rows: readonly IndexedPoster[]): ReadonlyMap<PosterId, readonly IndexedPoster[]> {
  const grouped = new Map<PosterId, IndexedPoster[]>();
  for (const row of rows) grouped.set(row.posterId, [...(grouped.get(row.posterId) ?? []), row]);
  return grouped;
}
