import { Chalk, type ChalkInstance } from "chalk";
import type { Anime, AnimeFormat } from "../domain/anime.ts";
import type { FranchiseRole, FranchiseSongs, SeasonSongs } from "../domain/franchise.ts";
import type { Theme } from "../domain/theme.ts";
import { missingInWords } from "./missing-songs.ts";
import { animeTitle, songLine, type TitleStyle, type VersionLine } from "./song-line.ts";

export interface SongListStyle {
  readonly titleStyle: TitleStyle;
  /** colours */
  readonly isRich: boolean;
}

interface Ink {
  readonly chalk: ChalkInstance;
  readonly titleStyle: TitleStyle;
}

/** Every song of a franchise as text for a terminal: seasons, films, OVAs, specials, then what is missing and why. */
export function presentSongList(songs: FranchiseSongs, { titleStyle, isRich }: SongListStyle): string {
  const ink = { chalk: new Chalk({ level: isRich ? 3 : 0 }), titleStyle };
  const sections = SECTIONS.flatMap(({ kind, heading }) => {
    const seasons = songs.seasons.filter(({ role }) => role.kind === kind);
    return heading && seasons.length > 0
      ? [ink.chalk.underline(heading), ...seasons.map((season) => block(season, ink))]
      : seasons.map((season) => block(season, ink));
  });
  const nothing = songs.seasons.length === 0 ? ["No anime of this franchise is known."] : [];
  const gaps = missingInWords(songs).map((sentence) => ink.chalk.yellow(sentence));
  return [...nothing, ...sections, ...(gaps.length > 0 ? [gaps.join("\n")] : [])].join("\n\n");
}

const SECTIONS: readonly { readonly kind: FranchiseRole["kind"]; readonly heading: string }[] = [
  { kind: "season", heading: "" },
  { kind: "film", heading: "Films" },
  { kind: "ova", heading: "OVAs" },
  { kind: "special", heading: "Specials" },
  { kind: "other", heading: "Also in this franchise" },
];

function block(season: SeasonSongs, ink: Ink): string {
  const { openings, endings } = season;
  const songs = [openings, endings].flatMap((themes) =>
    themes.flatMap((theme) => songLines(theme, themes.length, ink)),
  );
  const none = ink.chalk.dim("  no opening or ending is known");
  return [heading(season, ink), ...(songs.length > 0 ? songs : [none])].join("\n");
}

function heading({ anime, role, isStale }: SeasonSongs, { chalk, titleStyle }: Ink): string {
  const number = role.kind === "season" ? `Season ${role.number}: ` : "";
  const stale = isStale ? chalk.yellow("  (an earlier answer: its source is down)") : "";
  return `${chalk.bold(`${number}${animeTitle(anime.title, titleStyle)}`)}${chalk.dim(facts(anime))}${stale}`;
}

/** " (TV, 2013)", as far as known. */
function facts({ format, startDate }: Anime): string {
  const known = [format === null ? "" : FORMAT_NAMES[format], startDate.year === null ? "" : String(startDate.year)];
  const text = known.filter((fact) => fact !== "").join(", ");
  return text === "" ? "" : ` (${text})`;
}

const FORMAT_NAMES: Readonly<Record<AnimeFormat, string>> = {
  TV: "TV",
  TV_SHORT: "TV short",
  MOVIE: "film",
  SPECIAL: "special",
  OVA: "OVA",
  ONA: "ONA",
  MUSIC: "music video",
};

/** @param siblings how many songs of this kind the anime has: a single one needs no word on unknown episodes */
function songLines(theme: Theme, siblings: number, { chalk, titleStyle }: Ink): readonly string[] {
  const { label, title, artists, versions, source } = songLine(theme, titleStyle);
  const [first, ...others] = versions;
  const by = theme.artists.length > 0 ? `by ${artists}` : chalk.yellow(artists);
  const unknown = siblings > 1 ? "episodes unknown" : "";
  const details = first ? versionFacts(first, unknown) : [];
  const indent = " ".repeat(LABEL_WIDTH + 2);
  return [
    `  ${chalk.cyan(label.padEnd(LABEL_WIDTH))}${chalk.bold(title)} ${by}${chalk.dim([...details, source].map((part) => ` · ${part}`).join(""))}`,
    ...(first?.link ? [`${indent}${chalk.blue(first.link)}`] : []),
    ...others.flatMap((version) => otherVersion(version, { indent, chalk })),
  ];
}

/** "OP12 " and its blank. */
const LABEL_WIDTH = 6;

function otherVersion(
  version: VersionLine,
  { indent, chalk }: { indent: string; chalk: ChalkInstance },
): readonly string[] {
  const link = version.link ? [`${indent}${chalk.blue(version.link)}`] : [];
  return [`${indent}${chalk.dim(versionFacts(version, "episodes unknown").join(" · "))}`, ...link];
}

function versionFacts({ label, episodes, marks }: VersionLine, unknown: string): readonly string[] {
  return [label, episodes || unknown, ...marks].filter((part) => part !== "");
}
