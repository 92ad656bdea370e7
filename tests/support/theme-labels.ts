import { readFileSync } from "node:fs";
import type { Artist, EpisodeRange } from "../../src/domain/theme.ts";

/** One hand-labelled song of a theme string. */
export interface ThemeLabel {
  readonly stratum: string;
  readonly raw: string;
  /** 1-based: which song of the string */
  readonly song: number;
  readonly title: string;
  readonly native: string;
  readonly artists: string;
  readonly episodes: string;
  readonly sequence: string;
}

/** The facts of tests/sources/theme-labels.tsv; "-" stands for null. */
export function readThemeLabels(): readonly ThemeLabel[] {
  const text = readFileSync(new URL("../sources/theme-labels.tsv", import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("# "))
    .map((line) => {
      const [stratum = "", raw = "", song = "", title = "", native = "", artists = "", episodes = "", sequence = ""] =
        line.split("\t");
      return { stratum, raw, song: Number(song), title, native, artists, episodes, sequence };
    });
}

/** Artists in the notation of the labels. */
export function writeArtists(artists: readonly Artist[]): string {
  return artists.map(({ name, character }) => (character ? `${name} <${character}>` : name)).join(" | ") || "-";
}

/** Episodes in the notation of the labels. */
export function writeEpisodes(episodes: readonly EpisodeRange[] | null): string {
  if (episodes === null) return "-";
  return episodes.map(({ from, to }) => (to === from ? `${from}` : `${from}-${to ?? ""}`)).join(",");
}
