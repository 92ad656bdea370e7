import type { AnilistId } from "../domain/anime.ts";
import type { PosterId } from "../domain/poster.ts";
import type { Artwork } from "./artwork.ts";
import type { PosterLabel } from "./ports.ts";
import type { PosterScores } from "./search.ts";

/** An anime as near as its nearest poster, so a title with forty posters gains nothing over a title with one. */
export interface RankedAnime {
  readonly anilistId: AnilistId;
  readonly title: string;
  /** equal for all seasons of one story */
  readonly franchise: string;
  /** the nearest poster */
  readonly posterId: PosterId;
  /** cosine over all views and posters */
  readonly score: number;
  /** anime further down the list whose nearest poster shows the same artwork; they are left out there */
  readonly sameArtwork: readonly AnilistId[];
  /** their titles, in the same order; absent like an empty list */
  readonly sameArtworkTitles?: readonly string[];
  /** points of the query that agree with the nearest poster; absent where nobody compared them */
  readonly inliers?: number;
  /**
   * cosine of the anime's nearest poster above the best of another franchise, both as a second network sees them, so that
   * it is above zero where that one puts this anime first; absent where it was not asked or has not seen the poster
   */
  readonly beside?: number;
}

export interface Ranking {
  /** best first */
  readonly anime: readonly RankedAnime[];
  /** the franchise that each view alone puts first, in the order of the views */
  readonly leaders: readonly string[];
  /** scores of the posters outside the leading franchise, best first */
  readonly others: readonly number[];
}

/** Brings what all views found into one order of anime. Posters without a label were removed meanwhile: they are left out. */
export function rankAnime(views: readonly PosterScores[], labels: ReadonlyMap<PosterId, PosterLabel>): Ranking {
  const posters = labelled(mergeViews(views), labels);
  const anime = bestPerAnime(posters);
  const leading = anime[0]?.franchise;
  return {
    anime,
    leaders: views.flatMap((view) => labelled(view, labels)[0]?.franchise ?? []),
    others: posters.filter(({ franchise }) => franchise !== leading).map(({ score }) => score),
  };
}

/**
 * Folds anime whose poster is the leader's artwork into the leader: the gallery holds one picture under several ids,
 * and a margin against oneself says nothing.
 */
export async function foldSameArtwork(ranking: Ranking, artwork: Artwork, signal: AbortSignal): Promise<Ranking> {
  const [leader, ...rest] = ranking.anime;
  const posterIds = postersToCompare(ranking, artwork.threshold);
  if (!leader || posterIds.length === 0) return ranking;
  const isSameArtwork = await artwork.among(posterIds, signal);
  const same = new Set(
    rest
      .slice(0, FOLDED)
      .filter(({ posterId }) => posterIds.includes(posterId) && isSameArtwork(leader.posterId, posterId)),
  );
  if (same.size === 0) return ranking;
  const sameArtwork = [...same].map(({ anilistId }) => anilistId);
  const folded = { ...leader, sameArtwork, sameArtworkTitles: [...same].map(({ title }) => title) };
  return { ...ranking, anime: [folded, ...rest.filter((anime) => !same.has(anime))] };
}

/**
 * The leader's poster and those that may show its artwork; empty when none can. Two vectors closer than `threshold`
 * see the query under angles that differ by no more than theirs, so most leaders need no look at stored embeddings.
 */
function postersToCompare({ anime }: Ranking, threshold: number): readonly PosterId[] {
  const [leader, ...rest] = anime.slice(0, FOLDED + 1);
  if (!leader) return [];
  const furthest = angle(leader.score) + angle(threshold);
  const possible = rest.filter(({ score }) => angle(score) <= furthest);
  return possible.length === 0 ? [] : [leader, ...possible].map(({ posterId }) => posterId);
}

function angle(cosine: number): number {
  return Math.acos(Math.max(-1, Math.min(1, cosine)));
}

/** No artwork in ../shared/posters is used by more than four anime. */
const FOLDED = 5;

interface LabelledScore extends PosterLabel {
  readonly franchise: string;
  readonly score: number;
}

function mergeViews(views: readonly PosterScores[]): PosterScores {
  const merged = new Map<PosterId, number>();
  for (const view of views) {
    for (const [posterId, score] of view) {
      if (score > (merged.get(posterId) ?? Number.NEGATIVE_INFINITY)) merged.set(posterId, score);
    }
  }
  return merged;
}

function labelled(scores: PosterScores, labels: ReadonlyMap<PosterId, PosterLabel>): readonly LabelledScore[] {
  return [...scores]
    .flatMap(([posterId, score]) => {
      const label = labels.get(posterId);
      return label ? [{ ...label, score, franchise: franchiseOf(label) }] : [];
    })
    .sort((a, b) => b.score - a.score || a.posterId - b.posterId);
}

function bestPerAnime(posters: readonly LabelledScore[]): readonly RankedAnime[] {
  const best = new Map<AnilistId, RankedAnime>();
  for (const { anilistId, title, franchise, posterId, score } of posters) {
    if (!best.has(anilistId)) best.set(anilistId, { anilistId, title, franchise, posterId, score, sameArtwork: [] });
  }
  return [...best.values()];
}

/** All seasons of one story share this key: the known franchise, else what their titles begin with. */
export function franchiseOf({ franchiseId, title, anilistId }: Omit<PosterLabel, "posterId">): string {
  if (franchiseId !== null) return `#${franchiseId}`;
  const stem = titleStem(title);
  return stem.length >= SHORTEST_STEM ? stem : `#${anilistId}`;
}

/** Shorter stems join strangers ("K", "91 Days", "Re:"). */
const SHORTEST_STEM = 4;

/** 'Kaguya-sama: Love is War -Ultra Romantic-' → 'kaguyasama': what the titles of its seasons share. */
export function titleStem(title: string): string {
  const [beginning = ""] = title.toLowerCase().split(SUBTITLE);
  const stem = beginning.replace(SEASON_WORDS, "").replace(/[^\p{L}\p{N}]/gu, "");
  return stem || title.toLowerCase().replace(/\s/gu, "");
}

const SUBTITLE = /[:：(~～〜!！?？]| - | [-–—]\w|\bseason\b|\bpart\b|\b\d+(?:st|nd|rd|th)\b|\bmovie\b|\bova\b|第/u;
const SEASON_WORDS = /(?:\s+(?:[ivx]+|\d+|[rst]|final|the|second|third|fourth|fifth|zoku|kan))+\s*$/u;
