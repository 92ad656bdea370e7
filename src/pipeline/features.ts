import type { Ranking } from "./group.ts";

/** What the decision rests on. Every number is finite; which way it counts is the calibration's business. */
export interface Features {
  /** cosine of the anime's nearest poster */
  readonly score: number;
  /** score above the best different artwork of another franchise; below zero for anime behind the leader */
  readonly margin: number;
  /** score above the level of the posters further behind: score normalisation as in DISC21 (arXiv:2106.09672) */
  readonly contrast: number;
  /** share of the views that alone put this franchise first, 0–1 */
  readonly agreement: number;
  /** doublings of the query's shorter side above 100 px, -1.5–1.5 */
  readonly size: number;
  /** doublings of the gallery's embeddings above 10,000, -10–3: a stranger's nearest poster is nearer in a larger one */
  readonly crowd: number;
  /** doublings of the points that agree with the anime's poster, 0–6; 0 as well where nobody compared them (verified.ts) */
  readonly inliers: number;
  /** `RankedAnime.beside`; 0 where no second network told it */
  readonly beside: number;
}

export const FEATURE_NAMES = [
  "score",
  "margin",
  "contrast",
  "agreement",
  "size",
  "crowd",
  "inliers",
  "beside",
] as const satisfies (keyof Features)[];

/** Pixels of the query, without its borders. */
export interface QuerySize {
  readonly width: number;
  readonly height: number;
}

/** What the features need to know besides the ranking. */
export interface Circumstances {
  readonly size: QuerySize;
  /** `VectorIndex.size` */
  readonly embeddings: number;
  readonly typicalBackground: number;
}

/**
 * Describes the anime at `place` (0 is the leader). Neighbours that a small gallery cannot give are taken to lie at
 * `typicalBackground`, the mean of the calibration's evaluation run.
 */
export function describe(
  { anime, leaders, others }: Ranking,
  place: number,
  { size, embeddings, typicalBackground }: Circumstances,
): Features {
  const here = anime[place];
  if (!here) throw new RangeError(`There is no anime at place ${place} of ${anime.length}.`);
  const rival = place === 0 ? anime.find(({ franchise }) => franchise !== here.franchise) : anime[0];
  const agreeing = leaders.filter((franchise) => franchise === here.franchise).length;
  return {
    score: here.score,
    margin: here.score - (rival?.score ?? typicalBackground),
    contrast: here.score - background(others, typicalBackground),
    agreement: leaders.length === 0 ? 0 : agreeing / leaders.length,
    size: Math.max(-1.5, Math.min(1.5, Math.log2(Math.min(size.width, size.height) / 100))),
    crowd: Math.max(-10, Math.min(3, Math.log2(Math.max(1, embeddings) / 10_000))),
    inliers: Math.min(6, Math.log2(1 + (here.inliers ?? 0))),
    beside: here.beside ?? 0,
  };
}

/** The mean score of the posters behind the first few of other franchises. */
export function background(others: readonly number[], typical: number): number {
  const level = others.slice(BACKGROUND_FROM, BACKGROUND_TO);
  const missing = BACKGROUND_TO - BACKGROUND_FROM - level.length;
  const sum = level.reduce((total, score) => total + score, 0) + missing * typical;
  return sum / (level.length + missing);
}

/** The first few may be real relatives of the query (its artist, its characters); they would hide a true hit. */
const BACKGROUND_FROM = 3;
const BACKGROUND_TO = 20;
