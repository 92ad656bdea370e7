import type { AnilistId } from "../domain/anime.ts";
import type { PosterId } from "../domain/poster.ts";
import type { Neighbour, PosterLabel } from "./ports.ts";

/** A poster of the gallery and how near it is. */
export interface Hit extends PosterLabel {
  /** cosine of its nearest embedding, -1–1, higher is closer */
  readonly score: number;
}

/** Which posters may be told. An empty list excludes nothing; null asks for no one in particular. */
export interface HitFilter {
  readonly anilistIds: readonly AnilistId[] | null;
  readonly franchiseIds: readonly AnilistId[] | null;
  readonly notAnilistIds: readonly AnilistId[];
  readonly notFranchiseIds: readonly AnilistId[];
}

export interface HitWish {
  /** most hits told */
  readonly limit: number;
  /** hits below this cosine are left out */
  readonly threshold: number;
  readonly filter: HitFilter;
  /** only the nearest poster of each anime */
  readonly isPerAnime: boolean;
}

export const EVERYTHING: HitFilter = { anilistIds: null, franchiseIds: null, notAnilistIds: [], notFranchiseIds: [] };

/** The nearest embedding of each poster, best first. */
export function nearestPosters(neighbours: readonly Neighbour[]): readonly Neighbour[] {
  const best = new Map<PosterId, Neighbour>();
  for (const neighbour of neighbours) {
    const known = best.get(neighbour.posterId);
    if (!known || neighbour.score > known.score) best.set(neighbour.posterId, neighbour);
  }
  return [...best.values()].sort((a, b) => b.score - a.score || a.posterId - b.posterId);
}

/** What is left of the nearest posters once the wish is heard. Posters without a label were removed meanwhile. */
export function wished(
  nearest: readonly Neighbour[],
  labels: ReadonlyMap<PosterId, PosterLabel>,
  { limit, threshold, filter, isPerAnime }: HitWish,
): readonly Hit[] {
  const told = new Set<AnilistId>();
  const hits: Hit[] = [];
  for (const { posterId, score } of nearest) {
    if (hits.length === limit || score < threshold) break;
    const label = labels.get(posterId);
    if (!label || !passes(label, filter) || (isPerAnime && told.has(label.anilistId))) continue;
    told.add(label.anilistId);
    hits.push({ ...label, score });
  }
  return hits;
}

function passes({ anilistId, franchiseId }: PosterLabel, filter: HitFilter): boolean {
  const { anilistIds, franchiseIds, notAnilistIds, notFranchiseIds } = filter;
  if (anilistIds && !anilistIds.includes(anilistId)) return false;
  if (franchiseIds && (franchiseId === null || !franchiseIds.includes(franchiseId))) return false;
  if (notAnilistIds.includes(anilistId)) return false;
  return franchiseId === null || !notFranchiseIds.includes(franchiseId);
}
