import type { AnilistId } from "../domain/anime.ts";
import type { Calibration } from "./calibration.ts";
import { type RankedAnime, type Ranking, rankAnime } from "./group.ts";
import type { PosterStore, SecondNetwork } from "./ports.ts";
import type { PosterScores } from "./search.ts";
import { COMPARED, type Doubt, isDoubtful, toCompare } from "./verified.ts";

interface Asking {
  readonly beside?: SecondNetwork | undefined;
  readonly store: Pick<PosterStore, "labels">;
  readonly calibration: Pick<Calibration, "thresholds" | "weights">;
}

/**
 * Asks a second network about an answer in doubt. Nobody is asked when the answer is not in doubt, or under a calibration
 * that does not know what the second word is worth.
 * @returns the ranking with what it says, or as it was
 * @throws OpfindError aborted
 */
export async function askBeside(
  { picture, ranking, verdict }: Doubt,
  { beside, store, calibration: { weights, thresholds } }: Asking,
  signal: AbortSignal,
): Promise<Ranking> {
  if (!beside || !weights.beside || !isDoubtful(verdict.candidates[0]?.confidence ?? 0, thresholds)) return ranking;
  const look = await beside.look(picture, toCompare(ranking), signal);
  return look.kind === "seen" ? await rankBeside(ranking, look.scores, { store, signal }) : ranking;
}

/** A ranking with what a second network sees: cosines by poster, those of `toCompare` among them where it knows them. */
export async function rankBeside(
  ranking: Ranking,
  scores: PosterScores,
  { store, signal }: Pick<Asking, "store"> & { readonly signal: AbortSignal },
): Promise<Ranking> {
  const { anime } = rankAnime([scores], await store.labels([...scores.keys()], signal));
  return withBeside(ranking, anime);
}

/**
 * The ranking with the second network's word about the anime that an answer names. The one that it puts first is among
 * them, in the last place when the first network thought less of it: so what only the second finds may be named.
 * @param seen the second network's order, best first
 */
export function withBeside(ranking: Ranking, seen: readonly RankedAnime[]): Ranking {
  const anime = joined(ranking.anime, seen[0]).map((one, place) => {
    const lead = place < COMPARED ? leadOf(one, seen) : undefined;
    return lead === undefined ? one : { ...one, beside: lead };
  });
  return { ...ranking, anime };
}

function joined(anime: readonly RankedAnime[], best: RankedAnime | undefined): readonly RankedAnime[] {
  const isBest = (one: RankedAnime) => best !== undefined && idsOf(one).includes(best.anilistId);
  if (!best || anime.slice(0, COMPARED).some(isBest)) return anime;
  // One that the first network did not find at all is at most as near to it as the last it found.
  const known = anime.find(isBest) ?? { ...best, score: anime.at(-1)?.score ?? -1 };
  const [front, rest] = [anime.slice(0, COMPARED - 1), anime.slice(COMPARED - 1)];
  return [...front, { ...known, posterId: best.posterId }, ...rest.filter((one) => !isBest(one))];
}

/** @returns undefined where the second network has seen no poster of the anime */
function leadOf(one: RankedAnime, seen: readonly RankedAnime[]): number | undefined {
  const ids = idsOf(one);
  const own = seen.find(({ anilistId }) => ids.includes(anilistId));
  if (!own) return undefined;
  const rival = seen.find(({ anilistId, franchise }) => franchise !== one.franchise && !ids.includes(anilistId));
  return own.score - (rival?.score ?? own.score);
}

function idsOf({ anilistId, sameArtwork }: RankedAnime): readonly AnilistId[] {
  return [anilistId, ...sameArtwork];
}
