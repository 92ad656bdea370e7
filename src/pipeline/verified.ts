import type { Verdict } from "../domain/identification.ts";
import type { PosterId } from "../domain/poster.ts";
import type { Calibration } from "./calibration.ts";
import type { RankedAnime, Ranking } from "./group.ts";
import type { RgbImage, Verifier } from "./ports.ts";

/** Anime whose posters are compared: those that an answer names. */
export const COMPARED = 3;
/** Points from which on a poster is nearly certainly the right one, whatever the network says (models/calibration.md). */
const CERTAIN = 20;

export interface Doubt {
  /** the query without its borders */
  readonly picture: RgbImage;
  /** of all views; what a second network says may be in it */
  readonly ranking: Ranking;
  /** the answer of all views */
  readonly verdict: Verdict;
}

interface CloserLook {
  readonly verifier?: Verifier | undefined;
  readonly calibration: Pick<Calibration, "thresholds" | "weights">;
  /** decides by the weights for compared points, or for these and a second network's word */
  readonly judge: (ranking: Ranking, stage: "verified" | "beside") => Verdict;
}

/**
 * Compares an answer in doubt with its candidates point by point, and decides anew. The answer stays as it is when it is
 * not in doubt, when the gallery has no picture of the leader, and when the comparison failed.
 * @throws OpfindError aborted
 */
export async function lookCloser(
  { picture, ranking, verdict }: Doubt,
  { verifier, calibration, judge }: CloserLook,
  signal: AbortSignal,
): Promise<Verdict> {
  const { weights, thresholds } = calibration;
  if (!verifier || !weights.verified || !isDoubtful(verdict.candidates[0]?.confidence ?? 0, thresholds)) return verdict;
  const verification = await verifier.compare(picture, toCompare(ranking), signal);
  const closer = verification.kind === "compared" ? withInliers(ranking, verification.inliers) : ranking;
  const [leader] = closer.anime;
  if (leader?.inliers === undefined) return verdict;
  return judge(closer, leader.beside === undefined ? "verified" : "beside");
}

/** Could comparing points change an answer that all views gave with this confidence? */
export function isDoubtful(
  confidence: number,
  { doubtful = 1, clear }: Pick<Calibration["thresholds"], "doubtful" | "clear">,
): boolean {
  return confidence >= doubtful && confidence < clear;
}

/** The posters that are worth comparing, best first. */
export function toCompare({ anime }: Ranking): readonly PosterId[] {
  return anime.slice(0, COMPARED).map(({ posterId }) => posterId);
}

/** The ranking with the points that agree; an anime that certainly many of them speak for leads. */
export function withInliers(ranking: Ranking, inliers: ReadonlyMap<PosterId, number>): Ranking {
  const anime = ranking.anime.map((one): RankedAnime => {
    const count = inliers.get(one.posterId);
    return count === undefined ? one : { ...one, inliers: count };
  });
  const certain = anime.filter((one) => (one.inliers ?? 0) >= CERTAIN);
  const best = certain.reduce((most, one) => ((one.inliers ?? 0) > (most?.inliers ?? 0) ? one : most), certain[0]);
  return { ...ranking, anime: best ? [best, ...anime.filter((one) => one !== best)] : anime };
}
