import type { FranchiseSongs } from "../../domain/franchise.ts";
import type { Theme } from "../../domain/theme.ts";
import type { Say } from "./words.ts";

export function themesOf({ seasons }: FranchiseSongs): readonly Theme[] {
  return seasons.flatMap(({ openings, endings }) => [...openings, ...endings]);
}

/** "Songs: AnimeThemes, Tenrai"; empty when there are none. */
export function creditsOf(songs: FranchiseSongs, say: Say): string {
  const sources = new Set(themesOf(songs).map(({ source }) => say.plain(`source.${source}`)));
  return sources.size === 0 ? "" : say.plain("songs.from", { sources: [...sources].join(", ") });
}
