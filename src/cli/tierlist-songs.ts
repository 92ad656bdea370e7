import type { AnilistId } from "../domain/anime.ts";
import type { FranchiseSongs } from "../domain/franchise.ts";
import { OpfindError } from "../errors.ts";
import type { TierList } from "../pipeline/tier-list.ts";
import type { Output } from "./verb.ts";

/** The songs of what a tier list shows. */
export interface TierListSongs {
  /** in the order of the list, each franchise once */
  readonly found: readonly FranchiseSongs[];
  readonly refused: readonly { readonly title: string; readonly failure: OpfindError }[];
}

interface Sources {
  readonly songsOf: (anilistId: AnilistId, signal: AbortSignal) => Promise<FranchiseSongs>;
  readonly output: Output;
}

/**
 * Each franchise is asked for once, however many of its seasons are on the board. An anime whose songs cannot be had
 * is told with the reason; the others go on.
 * @throws OpfindError aborted
 */
export async function songsOfTierList(
  { rows }: TierList,
  { songsOf, output }: Sources,
  signal: AbortSignal,
): Promise<TierListSongs> {
  const verdicts = rows.flatMap(({ cells }) => cells).map(({ verdict }) => verdict);
  const matches = verdicts.flatMap((verdict) => (verdict.kind === "match" ? verdict.best : []));
  const wanted = new Map(matches.map(({ anilistId, title }) => [anilistId, title]));
  const found: FranchiseSongs[] = [];
  const refused: TierListSongs["refused"][number][] = [];
  const progress = output.progress("asking for songs", wanted.size);
  const told = new Set<AnilistId>();
  let done = 0;
  try {
    for (const [anilistId, title] of wanted) {
      if (!told.has(anilistId)) {
        const songs = await songsOf(anilistId, signal).catch(refusal);
        if (songs instanceof OpfindError) refused.push({ title, failure: songs });
        else found.push(songs);
        for (const { anime } of songs instanceof OpfindError ? [] : songs.seasons) told.add(anime.anilistId);
      }
      progress.update(++done, title);
    }
    return { found, refused };
  } finally {
    progress.stop();
  }
}

function refusal(failure: unknown): OpfindError {
  if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
  return failure;
}
