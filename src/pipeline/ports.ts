import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Relation } from "../domain/franchise.ts";
import type { Poster, PosterId } from "../domain/poster.ts";
import type { Theme } from "../domain/theme.ts";
import type { OpfindError } from "../errors.ts";

/** Pixels in memory: RGB, 8 bit, row by row, `[height, width, 3]`. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** An L2-normalised vector `[dimension]`, float32. Its dot product with another is their cosine. */
export type Embedding = Float32Array;

/** Turns pictures into embeddings with one network. Index and query must come from the same `modelId`. */
export interface Embedder {
  /** id and checksum of the network and its preprocessing; a change makes stored embeddings foreign */
  readonly modelId: string;
  readonly dimension: number;
  /** the ONNX Runtime execution provider that won, "cpu" … */
  readonly device: string;
  /**
   * Embeds pictures in batches; the result has the order of `images`. Never mutates them.
   * @returns one `[dimension]` vector per image
   * @throws OpfindError embedder-failed | aborted
   */
  embed(images: readonly RgbImage[], signal: AbortSignal): Promise<readonly Embedding[]>;
  close(): Promise<void>;
}

/** One stored embedding. */
export interface IndexedPoster {
  /** id of the embedding row: what the index hands back */
  readonly embeddingId: number;
  readonly posterId: PosterId;
  /** which view of the poster it is; a poster has one embedding per model and view */
  readonly view: string;
  readonly embedding: Embedding;
}

/** A hit. `score` is the cosine, higher is closer. */
export interface Neighbour {
  readonly posterId: PosterId;
  readonly score: number;
}

/** Nearest-neighbour search by cosine. Derived from the poster store and always rebuildable from it. */
export interface VectorIndex {
  /** "exact", "faiss-flat", "faiss-hnsw" … for `index status` and doctor */
  readonly kind: string;
  readonly dimension: number;
  /** number of searchable embeddings */
  readonly size: number;
  /** Makes rows searchable. A row whose `embeddingId` is known is ignored. @throws OpfindError index-dimension */
  add(rows: readonly IndexedPoster[], signal: AbortSignal): Promise<void>;
  /** Hides every embedding of these posters. Unknown ids are ignored. */
  remove(posterIds: readonly PosterId[], signal: AbortSignal): Promise<void>;
  /**
   * The `k` nearest stored embeddings of each query, best first; fewer when the index is smaller.
   * A poster with several embeddings may occur several times.
   * @throws OpfindError index-dimension | index-broken | aborted
   */
  search(queries: readonly Embedding[], k: number, signal: AbortSignal): Promise<readonly (readonly Neighbour[])[]>;
  close(): Promise<void>;
}

/** What the decision needs to know about a poster. */
export interface PosterLabel {
  readonly posterId: PosterId;
  readonly anilistId: AnilistId;
  readonly title: string;
  /** smallest AniList id of the franchise as far as known; equal for all its seasons; null when unknown */
  readonly franchiseId: AnilistId | null;
}

export interface NewEmbedding {
  /** which gallery view it is: "full", "centre" … */
  readonly view: string;
  readonly embedding: Embedding;
}

export interface NewPoster {
  readonly anime: Pick<Anime, "anilistId" | "malId" | "title">;
  readonly franchiseId: AnilistId | null;
  /** the original image file, null when only embeddings are known */
  readonly image: { readonly bytes: Uint8Array; readonly extension: string } | null;
  /** lower-case hex of the image file's bytes */
  readonly sha256: string;
  readonly source: string;
  readonly addedBy: string | null;
  /** ISO 8601, UTC: when it comes from another store; now otherwise */
  readonly addedAt?: string;
  readonly modelId: string;
  readonly embeddings: readonly NewEmbedding[];
}

export type AddOutcome = { readonly kind: "added" | "duplicate"; readonly posterId: PosterId };

/**
 * The truth about posters. One `add` is one durable transaction: poster, label, embeddings, file. It may lie on another
 * machine: only what a query waits for can be given up; what a person confirmed is stored also when they have left, and
 * streams are read page by page for as long as somebody asks for more.
 */
export interface PosterStore {
  /** Adds a poster, or finds that the same bytes are stored already for the same anime. @throws OpfindError disk-full | store-busy */
  add(poster: NewPoster): Promise<AddOutcome>;
  /** Is this image (by checksum) stored for this anime, with embeddings of this model? Lets an import skip work. */
  has(sha256: string, anilistId: AnilistId, modelId: string): Promise<boolean>;
  /** Corrects where the picture of an anime came from, once more is known about it. */
  setSource(sha256: string, anilistId: AnilistId, source: string): Promise<void>;
  list(): AsyncIterable<Poster>;
  /** Posters of one anime, oldest first. @throws OpfindError aborted */
  postersOf(anilistId: AnilistId, signal: AbortSignal): Promise<readonly Poster[]>;
  /** @returns labels of the ids that exist @throws OpfindError aborted */
  labels(posterIds: readonly PosterId[], signal: AbortSignal): Promise<ReadonlyMap<PosterId, PosterLabel>>;
  /** Embeddings of a model with `embeddingId` above `after`, ascending. */
  embeddings(modelId: string, after: number): AsyncIterable<IndexedPoster>;
  /** Embeddings that these posters have of a model, without order; a poster that has none is absent. @throws OpfindError aborted */
  embeddingsOf(
    posterIds: readonly PosterId[],
    modelId: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<PosterId, readonly Embedding[]>>;
  /** Posters that have an image but no embedding of this model, for a re-index. */
  withoutEmbeddings(modelId: string): AsyncIterable<Poster>;
  /** A poster that was removed meanwhile is left removed. */
  addEmbeddings(posterId: PosterId, modelId: string, embeddings: readonly NewEmbedding[]): Promise<void>;
  /** Like `addEmbeddings`, in place of what the poster had of this model. */
  replaceEmbeddings(posterId: PosterId, modelId: string, embeddings: readonly NewEmbedding[]): Promise<void>;
  /** Bytes of the stored image, null when the poster has none. @throws OpfindError file-missing */
  image(posterId: PosterId): Promise<Uint8Array | null>;
  /** Removes a poster with everything derived from it. @returns false when there is no such poster */
  remove(posterId: PosterId): Promise<boolean>;
  close(): void;
}

/** What a `Verifier` found, or why it could not look. */
export type Verification =
  /** points per poster; those without a stored picture are absent */
  | { readonly kind: "compared"; readonly inliers: ReadonlyMap<PosterId, number> }
  /** the answer rests on the embeddings alone; the reason stands in the log as well */
  | { readonly kind: "failed"; readonly why: string };

/** Compares a picture with stored posters point by point: slow, and nearly certain where it finds something. */
export interface Verifier {
  /**
   * Counts the points of the picture, or of its mirror image, that one perspective view of each poster puts where it
   * has them. Bounded in time; its own failures are values.
   * @throws OpfindError aborted
   */
  compare(picture: RgbImage, posterIds: readonly PosterId[], signal: AbortSignal): Promise<Verification>;
  close(): Promise<void>;
}

/** What a `SecondNetwork` sees, or why it could not look. */
export type SecondLook =
  /** cosines to the posters nearest to the picture and to those it was asked about; what it has not seen is absent */
  | { readonly kind: "seen"; readonly scores: ReadonlyMap<PosterId, number> }
  /** the answer rests on the first network alone; the reason stands in the log as well */
  | { readonly kind: "failed"; readonly why: string };

/** Another network that has seen the same posters, and is asked about pictures in doubt. */
export interface SecondNetwork {
  /**
   * Looks for the picture among the posters as it sees them. Bounded in time; its own failures are values.
   * @throws OpfindError aborted
   */
  look(picture: RgbImage, posterIds: readonly PosterId[], signal: AbortSignal): Promise<SecondLook>;
}

/** An anime with its direct relations. */
export interface AnimeNode {
  readonly anime: Anime;
  readonly relations: readonly Relation[];
}

/** Identity and relations. Missing ids are absent from the answer; an outage throws. */
export interface AnimeSource {
  readonly name: "anilist" | "snapshot";
  /** @throws OpfindError source-down | source-throttled | source-refused | source-timeout | source-other-shape | aborted */
  anime(ids: readonly AnilistId[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, AnimeNode>>;
  /** Best matches of a title, best first. @throws like `anime` */
  searchTitle(title: string, limit: number, signal: AbortSignal): Promise<readonly Anime[]>;
}

/** Openings and endings. An anime that the source does not catalogue is absent; an empty list means "has none". */
export interface ThemeSource {
  readonly name: "animethemes" | "tenrai" | "myanimelist" | "snapshot";
  /** @throws OpfindError source-down | source-throttled | source-refused | source-timeout | source-other-shape | aborted */
  themes(anime: readonly Anime[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, readonly Theme[]>>;
}

/** What was told about the anime asked for, and why the rest could not be. An outage is a value: part of an answer still stands. */
export interface Answer<Told> {
  /** ids that the source does not know are absent */
  readonly found: ReadonlyMap<AnilistId, Told>;
  /** ids in `found` remembered past their time, served because the source fails */
  readonly stale: ReadonlySet<AnilistId>;
  /** why the source could not answer for all; null when it did. Never `aborted`: that throws. */
  readonly failure: OpfindError | null;
}

/** An `AnimeSource` that remembers: outages and old answers are part of what it tells. */
export interface AnimeMemory {
  readonly name: AnimeSource["name"];
  /** @throws OpfindError aborted */
  anime(ids: readonly AnilistId[], signal: AbortSignal): Promise<Answer<AnimeNode>>;
  /** @throws like `AnimeSource.searchTitle` */
  searchTitle(title: string, limit: number, signal: AbortSignal): Promise<readonly Anime[]>;
}

/** A `ThemeSource` that remembers. */
export interface ThemeMemory {
  readonly name: ThemeSource["name"];
  /** @throws OpfindError aborted */
  themes(anime: readonly Anime[], signal: AbortSignal): Promise<Answer<readonly Theme[]>>;
}

export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** monotonic milliseconds for durations */
  elapsedMs(): number;
}
