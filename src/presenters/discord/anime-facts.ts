import type { Anime } from "../../domain/anime.ts";
import type { SeasonSongs } from "../../domain/franchise.ts";
import { animeTitle } from "../song-line.ts";
import { escaped, heading, httpsOnly, italic, joined, type Markdown, NOTHING, ours } from "./markdown.ts";
import type { Reader } from "./reader.ts";

/** Longest title in a line of ours: all but 3 of AniList's 20,000 are shorter. */
const MAX_TITLE = 180;

/** The title as the reader likes it, not yet escaped. */
export function titleFor(
  { title }: Pick<Anime, "title">,
  { titleStyle, say }: Pick<Reader, "titleStyle" | "say">,
): string {
  return animeTitle(title, titleStyle, say.plain("anime.title-unknown"));
}

/** The anime's other titles, for those who know it by another name. */
export function otherTitles(anime: Pick<Anime, "title">, reader: Reader): Markdown {
  const { romaji, english, native } = anime.title;
  const others = [romaji, english, native].map((title) => title ?? "");
  const lead = titleFor(anime, reader);
  const shown = [...new Set(others)].filter((title) => title !== "" && title !== lead);
  const text = joined(
    shown.map((title) => escaped(title, MAX_TITLE)),
    " · ",
  );
  return italic(text);
}

/** "TV · 2013 · 25 episodes", as far as known. */
export function animeFacts({ format, startDate, episodes }: Anime, { say }: Reader): Markdown {
  const known = [
    format === null ? NOTHING : say.markdown(`format.${format}`),
    ours(String(startDate.year ?? "")),
    episodes === null || format === "MOVIE" ? NOTHING : say.markdown("anime.episodes", { count: episodes }),
  ];
  return joined(known, " · ");
}

/** "Season 1: Shingeki no Kyojin", for menus; not yet escaped. */
export function seasonName({ anime, role }: Pick<SeasonSongs, "anime" | "role">, reader: Reader): string {
  const title = titleFor(anime, reader);
  return role.kind === "season" ? `${reader.say.plain("songs.season", { number: role.number })}: ${title}` : title;
}

/** The heading of an anime's songs: its place, title, format, year, and whether they are an earlier answer. */
export function seasonHeading(season: SeasonSongs, isContinued: boolean, reader: Reader): Markdown {
  const { say } = reader;
  const { format, startDate } = season.anime;
  const facts = joined(
    [format === null ? NOTHING : say.markdown(`format.${format}`), ours(String(startDate.year ?? ""))],
    ", ",
  );
  const name = escaped(seasonName(season, reader), MAX_TITLE);
  const title = joined([name, facts.markdown === "" ? NOTHING : ours(`(${facts.markdown})`)], " ");
  const above = heading(isContinued ? say.markdown("songs.continued", { title }) : title);
  return joined([above, season.isStale ? italic(say.markdown("songs.stale")) : NOTHING], "\n");
}

/** The cover where it may be shown: one of an adult anime only in age-restricted channels. */
export function coverFor({ isAdult, coverUrl }: Anime, { isAgeRestricted }: Reader): string | null {
  return isAdult && !isAgeRestricted ? null : httpsOnly(coverUrl);
}

/** Where to read on about it. */
export function anilistUrl(anilistId: number): string {
  return `https://anilist.co/anime/${anilistId}`;
}

/** Which part of its franchise a cover belongs to, and why it is not shown. */
export function coverPlace({ role, anime }: SeasonSongs, reader: Reader): Markdown {
  const { say } = reader;
  const hidden = anime.isAdult && !reader.isAgeRestricted ? say.markdown("cover.adult") : NOTHING;
  switch (role.kind) {
    case "season":
      return joined([say.markdown("cover.season", { number: role.number }), hidden], " ");
    case "film":
    case "ova":
    case "special":
      return joined([say.markdown(`cover.${role.kind}`), hidden], " ");
    case "other":
      return hidden;
  }
}
