import type { FranchiseSongs, Missing, SeasonSongs } from "../domain/franchise.ts";
import { OpfindError } from "../errors.ts";
import type { TierList } from "../pipeline/tier-list.ts";
import type { Backend } from "./backend.ts";
import type { DeskDeps } from "./question.ts";

/** The songs of what a tier list shows, as far as they could be had. */
export interface BoardSongs {
  /** each once, in the order of the board */
  readonly franchises: readonly FranchiseSongs[];
  /** only the seasons that are on the board, in its order, each once */
  readonly seasons: readonly SeasonSongs[];
  /** anime on the board whose songs another try may bring: there was no time, or a source did not answer */
  readonly lacking: number;
}

interface Gathering {
  readonly deps: Pick<DeskDeps, "clock"> & { readonly backend: Pick<Backend, "songsOf"> };
  /** no further anime is asked for after it */
  readonly patienceMs: number;
  /** anime of the board */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Asks for each franchise on a board once. A board may show a hundred, and AniList answers some 25 questions a minute.
 * @throws OpfindError aborted
 */
export async function gatherSongs(
  list: TierList,
  { deps, patienceMs, onProgress = () => {} }: Gathering,
  signal: AbortSignal,
): Promise<BoardSongs> {
  const wanted = animeOn(list);
  const until = deps.clock.elapsedMs() + patienceMs;
  const franchises: FranchiseSongs[] = [];
  const told = new Set<number>();
  for (const [done, anilistId] of wanted.entries()) {
    onProgress(done, wanted.length);
    if (told.has(anilistId) || deps.clock.elapsedMs() > until) continue;
    try {
      const songs = await deps.backend.songsOf(anilistId, signal);
      for (const { anime } of songs.seasons) told.add(anime.anilistId);
      franchises.push(songs);
    } catch (failure) {
      if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    }
  }
  const seasons = new Map(franchises.flatMap((one) => one.seasons).map((season) => [season.anime.anilistId, season]));
  const lost = new Set(franchises.flatMap(lostIn));
  return {
    franchises,
    seasons: wanted.flatMap((anilistId) => seasons.get(anilistId) ?? []),
    lacking: wanted.filter((anilistId) => !seasons.has(anilistId) || lost.has(anilistId)).length,
  };
}

/** What was recognised on a board, each once, in its order. */
export function animeOn({ rows }: TierList): readonly number[] {
  const verdicts = rows.flatMap((row) => row.cells).map(({ verdict }) => verdict);
  return [...new Set(verdicts.flatMap((verdict) => (verdict.kind === "match" ? [verdict.best.anilistId] : [])))];
}

/** Seasons without a song while a source of songs did not answer: they may well have some. */
function lostIn({ seasons, missing }: FranchiseSongs): readonly number[] {
  if (!missing.some(({ part, reason }) => part === "songs" && PASSING.has(reason))) return [];
  const silent = seasons.filter(({ openings, endings }) => openings.length + endings.length === 0);
  return silent.map(({ anime }) => anime.anilistId);
}

const PASSING: ReadonlySet<Missing["reason"]> = new Set(["down", "throttled", "refused", "timeout"]);
