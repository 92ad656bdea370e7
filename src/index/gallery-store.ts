import type { AnilistId } from "../domain/anime.ts";
import type { NewEmbedding, NewPoster, PosterStore } from "../pipeline/ports.ts";
import type { PosterRecord } from "./poster-rows.ts";

/** An embedding with the network that made it. */
export interface StoredEmbedding extends NewEmbedding {
  readonly modelId: string;
}

/** All that is stored of a poster but its picture. */
export interface WholePoster {
  readonly record: PosterRecord;
  readonly embeddings: readonly StoredEmbedding[];
}

/** A poster store that can be carried elsewhere as a whole: for exports and migrations. */
export interface GalleryStore extends PosterStore {
  /** how many posters there are */
  count(): Promise<number>;
  /** An anime as it is stored with its posters; null when it has none. @throws OpfindError index-… | aborted */
  animeOf(anilistId: AnilistId, signal: AbortSignal): Promise<NewPoster["anime"] | null>;
  /** Like `list`, with all that is stored about the anime. */
  records(): AsyncIterable<PosterRecord>;
  /** Like `records`, with every embedding of every network. */
  whole(): AsyncIterable<WholePoster>;
}
