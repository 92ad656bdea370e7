import type { AnilistId } from "../domain/anime.ts";
import type { Poster, PosterId } from "../domain/poster.ts";
import type { Turn } from "./fair-line.ts";
import type { Hit, HitWish } from "./hits.ts";
import type { PosterLabel } from "./ports.ts";

/** Asks the gallery what looks alike. What goes in and out can be cloned. */
export interface GallerySearch {
  /**
   * The posters nearest to a picture, best first: one look at it, without the further views and the decision of
   * `identify`.
   * @param bytes an image file
   * @throws OpfindError image-* | queue-full | queue-late | embedder-failed | index-broken | aborted
   */
  byPicture(bytes: Uint8Array, wish: PictureWish, signal: AbortSignal): Promise<readonly Hit[]>;
  /** The posters nearest to a stored one, itself left out; null when it is not stored, or not seen by the network. */
  byPoster(posterId: PosterId, wish: HitWish, signal: AbortSignal): Promise<readonly Hit[] | null>;
  /** The anime whose posters come nearest to those of this one; null when the gallery has none of it. */
  byAnime(anilistId: AnilistId, wish: AnimeWish, signal: AbortSignal): Promise<AnimeLikeness | null>;
  /** Posters of an anime, oldest first. */
  postersOf(anilistId: AnilistId, signal: AbortSignal): Promise<readonly Poster[]>;
  /** Changes whenever what the gallery answers may have changed. */
  version(): Promise<string>;
}

export interface PictureWish extends HitWish {
  readonly turn: Turn;
}

export interface AnimeWish {
  readonly limit: number;
  /** pairs of posters below this cosine do not make two anime similar */
  readonly threshold: number;
  /** false leaves out the seasons of the same story, which look alike for a reason */
  readonly isFranchiseTold: boolean;
}

export interface AnimeLikeness extends Omit<PosterLabel, "posterId"> {
  /** best first */
  readonly similar: readonly SimilarAnime[];
}

/** Another anime's nearest poster, and the poster of the anime asked about that it is near to. */
export interface SimilarAnime {
  readonly hit: Hit;
  readonly ownPosterId: PosterId;
}
