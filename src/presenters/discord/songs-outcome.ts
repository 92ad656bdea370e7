import type { FranchiseSongs, SeasonSongs } from "../../domain/franchise.ts";
import type { Theme } from "../../domain/theme.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Say } from "./words.ts";

/** The songs, or why there are none: plain data, so that an answer can be stored and shown again. */
export type SongsOutcome = FranchiseSongs | { readonly failure: ErrorCode };

export function themesOf({ seasons }: FranchiseSongs): readonly Theme[] {
  return seasons.flatMap(({ openings, endings }: SeasonSongs) => [...openings, ...endings]);
}

/** "Songs: AnimeThemes, Tenrai"; empty when there are none. */
export function creditsOf(songs: FranchiseSongs, say: Say): string {
  const sources = new Set(themesOf(songs).map(({ source }) => say.plain(`source.${source}`)));
  return sources.size === 0 ? "" : say.plain("songs.from", { sources: [...sources].join(", ") });
}
