import type { AnilistId } from "./anime.ts";
import type { PosterId } from "./poster.ts";

export interface Candidate {
  readonly anilistId: AnilistId;
  readonly title: string;
  /** calibrated probability of being right, 0–1 */
  readonly confidence: number;
  /** cosine of the best poster, -1–1, higher is closer */
  readonly score: number;
  readonly posterId: PosterId;
  /** other anime whose poster is the same artwork ("this cover is used by both") */
  readonly sameArtwork: readonly AnilistId[];
  /** their titles, in the same order; absent like an empty list */
  readonly sameArtworkTitles?: readonly string[];
  /** equal for candidates of one story as far as is known, and nothing else to be read from it */
  readonly franchise?: string;
}

/** The decision. Candidates stand best first. */
export type Verdict =
  | { readonly kind: "match"; readonly best: Candidate; readonly candidates: readonly Candidate[] }
  | { readonly kind: "ambiguous"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "unknown"; readonly candidates: readonly Candidate[] };

/** Milliseconds a stage took, in the order the stages ran. */
export interface StageTiming {
  readonly stage: string;
  readonly ms: number;
}

export interface Identification {
  readonly verdict: Verdict;
  readonly timings: readonly StageTiming[];
}
