export type ThemeKind = "OP" | "ED";

/** Inclusive range of episodes; `to` is null for an open range ("807-"). */
export interface EpisodeRange {
  readonly from: number;
  readonly to: number | null;
}

export interface Artist {
  /** the name as credited on this song */
  readonly name: string;
  /** the artist's main name when the credit uses an alias */
  readonly aliasOf: string | null;
  /** the character sung as, "as Character" */
  readonly character: string | null;
}

export interface ThemeVersion {
  readonly version: number | null;
  /** null means unknown, which is not "all episodes" */
  readonly episodes: readonly EpisodeRange[] | null;
  readonly notes: string | null;
  readonly isSpoiler: boolean;
  readonly isNsfw: boolean;
  readonly videoUrl: string | null;
  readonly audioUrl: string | null;
}

export type ThemeSourceName = "animethemes" | "tenrai" | "myanimelist" | "snapshot";

/** One opening or ending use of a song. */
export interface Theme {
  readonly kind: ThemeKind;
  /** the number in OP1, ED2; null when the anime has a single one of its kind */
  readonly sequence: number | null;
  /** "TV Version", "English Dub" …; null for the main group */
  readonly group: string | null;
  readonly title: { readonly romaji: string | null; readonly native: string | null };
  /** empty when the source names none: shown as "artist unknown" */
  readonly artists: readonly Artist[];
  /** at least one */
  readonly versions: readonly ThemeVersion[];
  readonly source: ThemeSourceName;
  /** the source's own text, kept where it had to be parsed */
  readonly raw: string | null;
}
