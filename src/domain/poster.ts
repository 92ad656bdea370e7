import type { AnilistId } from "./anime.ts";

/** Row id in the poster store, never reused. */
export type PosterId = number;

export interface Poster {
  readonly posterId: PosterId;
  readonly anilistId: AnilistId;
  readonly title: string;
  /** lower-case hex of the image file's bytes */
  readonly sha256: string;
  /** path below poster_db/, null when only the embeddings are known (starter pack) */
  readonly file: string | null;
  /** where the image came from: "import", "anilist" (its official cover), "starter", "confirmation" … */
  readonly source: string;
  /** ISO 8601, UTC */
  readonly addedAt: string;
  readonly addedBy: string | null;
}
