/** AniList's id of an anime. */
export type AnilistId = number;
/** MyAnimeList's id of an anime. */
export type MalId = number;

export interface AnimeTitle {
  readonly romaji: string;
  readonly english: string | null;
  readonly native: string | null;
}

export type AnimeFormat = "TV" | "TV_SHORT" | "MOVIE" | "SPECIAL" | "OVA" | "ONA" | "MUSIC";

/** A calendar day as far as it is known; AniList leaves month and day open for announced titles. */
export interface PartialDate {
  readonly year: number | null;
  readonly month: number | null;
  readonly day: number | null;
}

export interface Anime {
  readonly anilistId: AnilistId;
  readonly malId: MalId | null;
  readonly title: AnimeTitle;
  readonly synonyms: readonly string[];
  /** null when the source does not say, or says a format that this version does not know */
  readonly format: AnimeFormat | null;
  readonly startDate: PartialDate;
  readonly episodes: number | null;
  readonly isAiring: boolean;
  readonly isAdult: boolean;
  /** https URL of the largest cover, null when there is none */
  readonly coverUrl: string | null;
  readonly siteUrl: string | null;
}
