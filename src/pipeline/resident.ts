import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Identification } from "../domain/identification.ts";
import type { PosterId } from "../domain/poster.ts";
import type { OpfindError } from "../errors.ts";
import type { SongsOf } from "./enrich.ts";
import type { Turn } from "./fair-line.ts";
import type { GallerySearch } from "./gallery-search.ts";
import type { LearnedPoster, PosterToLearn } from "./learn-poster.ts";
import type { PosterLabel } from "./ports.ts";
import type { Reindexing } from "./reindexing.ts";
import type { TierList } from "./tier-list.ts";

/**
 * opfind as a process that stays offers it: one network, one gallery, one queue for the bot and the HTTP service. What
 * goes in and out can be cloned, so that it may also be reached from another thread or process.
 */
export interface Resident {
  /**
   * Names the anime of one picture, when its turn comes.
   * @param bytes an image file
   * @throws OpfindError image-* | queue-full | queue-late | embedder-failed | index-broken | aborted
   */
  identify(bytes: Uint8Array, turn: Turn, signal: AbortSignal): Promise<Identification>;
  /** Names every picture of a tier list or collage. @throws like `identify` */
  readTierList(bytes: Uint8Array, turn: TierListTurn, signal: AbortSignal): Promise<TierList>;
  /** What looks alike. */
  readonly search: GallerySearch;
  /** Every opening and ending of the franchise of an anime. */
  readonly songsOf: SongsOf;
  /** Titles like this one from what is on this machine, in milliseconds: for completion while a person types. */
  suggest(text: string, limit: number, signal: AbortSignal): Promise<readonly Anime[]>;
  /** Titles like this one from AniList, else from what is on this machine; the failure tells why it had to be that. */
  findTitle(text: string, limit: number, signal: AbortSignal): Promise<FoundTitles>;
  /** What is known of an anime, null when no source that answers knows it. @throws OpfindError source-… | aborted */
  card(anilistId: AnilistId, signal: AbortSignal): Promise<Anime | null>;
  /** Labels of the posters that exist. */
  labels(posterIds: readonly PosterId[], signal: AbortSignal): Promise<readonly PosterLabel[]>;
  /** The image file of a poster; null when only its embeddings are known. @throws OpfindError file-missing */
  posterImage(posterId: PosterId): Promise<Uint8Array | null>;
  /** Makes a picture a poster of an anime, searchable when this returns. @throws OpfindError image-* | queue-* | disk-full | store-busy | aborted */
  learn(poster: PosterToLearn, turn: Turn, signal: AbortSignal): Promise<LearnedPoster>;
  /** Fetches the official cover of an anime and learns it. @throws OpfindError anime-unknown | cover-missing | url-forbidden | source-… | like `learn` */
  learnCover(anilistId: AnilistId, turn: Turn, signal: AbortSignal): Promise<LearnedPoster>;
  /** @returns false when there is no such poster */
  forget(posterId: PosterId): Promise<boolean>;
  readonly reindexing: Reindexing;
  facts(): Promise<ResidentFacts>;
}

interface TierListTurn extends Turn {
  readonly onProgress?: (done: number, total: number) => void;
}

export interface FoundTitles {
  readonly found: readonly Anime[];
  readonly failure: OpfindError | null;
}

/** How it stands, for health checks and statistics. */
export interface ResidentFacts {
  readonly modelId: string;
  readonly dimension: number;
  readonly device: string;
  readonly indexKind: string;
  readonly posters: number;
  readonly embeddings: number;
  readonly waiting: number;
  readonly running: number;
}
