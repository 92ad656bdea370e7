import type { AnimeTitle } from "../domain/anime.ts";
import type { Artist, EpisodeRange, Theme, ThemeSourceName, ThemeVersion } from "../domain/theme.ts";
import { plainText } from "./plain-text.ts";

export type TitleStyle = "romaji" | "english" | "native";

/** One song in words, its parts apart so that every presenter can lay them out. All are safe for one line. */
export interface SongLine {
  /** "OP1", "ED", "OP2 (HD Remaster)" */
  readonly label: string;
  /** "Guren no Yumiya (紅蓮の弓矢)" */
  readonly title: string;
  /** "Linked Horizon", "Kenji Akabane as Popuko, Shunsuke Takeuchi as Pipimi", "artist unknown" */
  readonly artists: string;
  /** at least one */
  readonly versions: readonly VersionLine[];
  /** "AnimeThemes" */
  readonly source: string;
}

export interface VersionLine {
  /** "v2"; empty for a song with one version */
  readonly label: string;
  /** "eps 1–13", empty when unknown */
  readonly episodes: string;
  /** "spoiler", "NSFW" and the source's own remarks */
  readonly marks: readonly string[];
  /** where to listen, null when the source links nothing */
  readonly link: string | null;
}

/** The words around what the sources say, for another language. */
export interface SongPhrases {
  readonly titleUnknown: string;
  readonly artistUnknown: string;
  readonly spoiler: string;
  readonly nsfw: string;
  readonly sungAs: (artist: string, character: string) => string;
  /** @param ranges "1–13, 15" */
  readonly episodes: (ranges: string, isOne: boolean) => string;
  readonly sources: Readonly<Record<ThemeSourceName, string>>;
}

/**
 * @param style which title leads; the other stands in brackets
 * @param phrases English unless said otherwise
 */
export function songLine(theme: Theme, style: TitleStyle, phrases: SongPhrases = ENGLISH): SongLine {
  const number = theme.sequence === null ? "" : String(theme.sequence);
  const group = theme.group === null ? "" : ` (${plainText(theme.group)})`;
  return {
    label: `${theme.kind}${number}${group}`,
    title: songTitle(theme.title, style) || phrases.titleUnknown,
    artists: theme.artists.map((artist) => artistInWords(artist, phrases)).join(", ") || phrases.artistUnknown,
    versions: theme.versions.map((version) => versionLine(version, theme.versions.length > 1, phrases)),
    source: phrases.sources[theme.source],
  };
}

/** How the sources call themselves. */
export const SOURCE_NAMES: Readonly<Record<ThemeSourceName | "anilist", string>> = {
  anilist: "AniList",
  animethemes: "AnimeThemes",
  tenrai: "Tenrai",
  myanimelist: "MyAnimeList",
  snapshot: "bundled snapshot",
};

const ENGLISH: SongPhrases = {
  titleUnknown: "title unknown",
  artistUnknown: "artist unknown",
  spoiler: "spoiler",
  nsfw: "NSFW",
  sungAs: (artist, character) => `${artist} as ${character}`,
  episodes: (ranges, isOne) => `${isOne ? "ep" : "eps"} ${ranges}`,
  sources: SOURCE_NAMES,
};

/** The anime's title in the wanted style, in romaji where there is none. */
export function animeTitle(
  { romaji, english, native }: AnimeTitle,
  style: TitleStyle,
  unknown: string = ENGLISH.titleUnknown,
): string {
  const wanted = { romaji, english, native }[style];
  return plainText(wanted || romaji) || unknown;
}

/** "eps 1–13, 15, 807–"; empty when unknown, which is not "all". */
export function episodesInWords(
  episodes: readonly EpisodeRange[] | null,
  { episodes: inWords }: Pick<SongPhrases, "episodes"> = ENGLISH,
): string {
  if (!episodes || episodes.length === 0) return "";
  const ranges = episodes.map(({ from, to }) => (to === from ? `${from}` : `${from}–${to ?? ""}`));
  const isOne = episodes.length === 1 && episodes[0]?.from === episodes[0]?.to;
  return inWords(ranges.join(", "), isOne);
}

function songTitle({ romaji, native }: Theme["title"], style: TitleStyle): string {
  // Songs have no English title of their own: their romaji title is the one in Latin letters.
  const [first, second] = style === "native" ? [native, romaji] : [romaji, native];
  const [lead, beside] = [plainText(first ?? ""), plainText(second ?? "")];
  if (lead === "" || beside === "" || lead === beside) return lead || beside;
  return `${lead} (${beside})`;
}

function artistInWords({ name, aliasOf, character }: Artist, { sungAs }: SongPhrases): string {
  const alias = aliasOf === null ? "" : ` (${plainText(aliasOf)})`;
  const credited = `${plainText(name)}${alias}`;
  return character === null ? credited : sungAs(credited, plainText(character));
}

function versionLine(version: ThemeVersion, isOneOfMany: boolean, phrases: SongPhrases): VersionLine {
  const { spoiler, nsfw } = phrases;
  const marks = [version.isSpoiler ? spoiler : "", version.isNsfw ? nsfw : "", plainText(version.notes ?? "")];
  return {
    label: isOneOfMany ? `v${version.version ?? 1}` : "",
    episodes: episodesInWords(version.episodes, phrases),
    marks: marks.filter((mark) => mark !== ""),
    link: safeLink(version.videoUrl) ?? safeLink(version.audioUrl),
  };
}

/** Only what a browser opens: a source that sends "javascript:" or a blank gives no link. */
export function safeLink(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
