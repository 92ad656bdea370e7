import type { Candidate, Verdict } from "../domain/identification.ts";
import { type Calibration, type LogisticWeights, probability } from "./calibration.ts";
import { describe, type QuerySize } from "./features.ts";
import type { RankedAnime, Ranking } from "./group.ts";

export interface DecisionBasis {
  readonly calibration: Pick<Calibration, "thresholds" | "ceiling" | "typicalBackground">;
  readonly weights: LogisticWeights;
  readonly size: QuerySize;
  /** `VectorIndex.size` of the gallery that was searched */
  readonly embeddings: number;
}

/** A person looks at three pictures; more would be a list to search. */
const CANDIDATES = 3;

/**
 * Turns a ranking into an answer. `candidates` stand best first, at most three; their confidences add up to at most 1,
 * since only one can be right.
 */
export function decide(ranking: Ranking, basis: DecisionBasis): Verdict {
  const candidates = rateCandidates(ranking, basis);
  const [best] = candidates;
  const { match, ambiguous } = basis.calibration.thresholds;
  if (!best || best.confidence < ambiguous) return { kind: "unknown", candidates };
  if (best.confidence < match) return { kind: "ambiguous", candidates };
  return { kind: "match", best, candidates };
}

function rateCandidates(
  ranking: Ranking,
  { calibration, weights, size, embeddings }: DecisionBasis,
): readonly Candidate[] {
  const { typicalBackground, ceiling } = calibration;
  const leaders = ranking.anime.slice(0, CANDIDATES);
  const rated = leaders.map((anime, place) => {
    const features = describe(ranking, place, { size, embeddings, typicalBackground });
    return { anime, confidence: Math.min(ceiling, Math.max(probability(features, weights), certainty(anime))) };
  });
  const total = rated.reduce((sum, { confidence }) => sum + confidence, 0);
  // A second network may speak for another one than the first put in front.
  const ordered = weights.beside ? rated.sort((a, b) => b.confidence - a.confidence) : rated;
  return ordered.map(({ anime, confidence }) => candidate(anime, confidence / Math.max(1, total)));
}

/**
 * So many points never agree by chance (bench/inliers.mjs), however little the network sees in a picture: a probability
 * fitted on answers in doubt knows hardly any of these.
 */
const CERTAIN_POINTS = 25;
/** As sure as the surest part of the dev split's reliability diagram. */
const CERTAIN = 0.99;

function certainty({ inliers = 0 }: RankedAnime): number {
  return inliers >= CERTAIN_POINTS ? CERTAIN : 0;
}

function candidate(anime: RankedAnime, confidence: number): Candidate {
  const { anilistId, title, score, posterId, sameArtwork, sameArtworkTitles, franchise } = anime;
  const shared = sameArtworkTitles ? { sameArtworkTitles } : {};
  return { anilistId, title, confidence, score, posterId, sameArtwork, ...shared, franchise };
}
