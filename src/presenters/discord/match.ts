import type { APIEmbed } from "discord.js";
import type { SeasonSongs } from "../../domain/franchise.ts";
import type { Candidate } from "../../domain/identification.ts";
import { anilistUrl, animeFacts, coverFor, otherTitles, titleFor } from "./anime-facts.ts";
import { button, rows } from "./buttons.ts";
import { COLOURS, sureness } from "./confidence-text.ts";
import { failureText } from "./failure-text.ts";
import { LIMITS } from "./limits.ts";
import { bold, escaped, joined, linked, type Markdown, NOTHING, userMention } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import { missingText } from "./missing-text.ts";
import { paging, withinPages } from "./paging.ts";
import type { Reader } from "./reader.ts";
import { pageOf, type SongPage, songPages } from "./song-pages.ts";
import { creditsOf, type SongsOutcome, themesOf } from "./songs-outcome.ts";

export interface MatchAnswer {
  readonly match: Candidate;
  readonly songs: SongsOutcome;
  /** of the songs, from 0; null for the one with the season that was recognised */
  readonly page: number | null;
  readonly isEphemeral: boolean;
  /** Discord's id of who confirmed it; null while nobody did */
  readonly confirmedBy: string | null;
}

/** A recognised poster: the anime, how sure it is, whose cover it is, and the songs, page by page. */
export function presentMatch(answer: MatchAnswer, reader: Reader): DiscordMessage {
  const { songs } = answer;
  if ("failure" in songs) return withoutSongs(answer, songs.failure, reader);
  const pages = songPages(songs, reader);
  const page = withinPages(answer.page ?? pageOf(pages, answer.match.anilistId), pages.length);
  const shown = pages[page];
  const missing = missingText(songs, reader);
  const { say } = reader;
  const credits = [
    creditsOf(songs, say),
    pages.length > 1 ? say.plain("songs.page", { page: page + 1, pages: pages.length }) : "",
  ].filter((part) => part !== "");
  return message({
    embeds: [
      {
        ...head(answer, seasonOf(answer, songs), reader),
        description: joined([about(answer, reader), shown?.text ?? say.markdown("songs.no-anime")], "\n").markdown,
        ...(missing ? { fields: [{ name: say.plain("missing.title"), value: missing.markdown }] } : {}),
        ...(credits.length > 0 ? { footer: { text: credits.join(" · ") } } : {}),
      },
    ],
    components: [...paging(names(pages), page, reader), ...rows(choices(answer, reader))],
  });
}

function withoutSongs(answer: MatchAnswer, failure: Parameters<typeof failureText>[0], reader: Reader): DiscordMessage {
  const sentence = reader.say.markdown("match.songs-failed", { sentence: failureText(failure, reader.say) });
  return message({
    embeds: [
      {
        ...head(answer, undefined, reader),
        description: joined([about(answer, reader), sentence], "\n\n").markdown,
      },
    ],
    components: rows(choices(answer, reader)),
  });
}

function names(pages: readonly SongPage[]): readonly string[] {
  return pages.map(({ name }) => name);
}

function seasonOf({ match }: MatchAnswer, { seasons }: { readonly seasons: readonly SeasonSongs[] }) {
  return seasons.find(({ anime }) => anime.anilistId === match.anilistId);
}

function head({ match }: MatchAnswer, season: SeasonSongs | undefined, reader: Reader): APIEmbed {
  const title = season ? titleFor(season.anime, reader) : match.title;
  const cover = season ? coverFor(season.anime, reader) : null;
  return {
    color: COLOURS.sure,
    title: escaped(title, LIMITS.embedTitle).markdown || reader.say.plain("anime.title-unknown"),
    url: anilistUrl(match.anilistId),
    ...(cover ? { thumbnail: { url: cover } } : {}),
  };
}

/** What is above the songs: at most 950 long, so that a page of songs fits below it. */
function about(answer: MatchAnswer, reader: Reader): Markdown {
  const { match, songs, confirmedBy } = answer;
  const { say } = reader;
  const season = "failure" in songs ? undefined : seasonOf(answer, songs);
  return joined(
    [
      season ? otherTitles(season.anime, reader) : NOTHING,
      season ? animeFacts(season.anime, reader) : NOTHING,
      bold(say.markdown("match.verdict", { sure: sureness(match.confidence, say) })),
      season ? place(season, reader) : NOTHING,
      sharedWith(answer, reader),
      confirmedBy === null ? NOTHING : say.markdown("match.confirmed", { user: userMention(confirmedBy) }),
    ],
    "\n",
  );
}

function place({ role, anime }: SeasonSongs, reader: Reader): Markdown {
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

/** Other anime with the same artwork, by name where the franchise has them. */
function sharedWith({ match, songs }: MatchAnswer, reader: Reader): Markdown {
  if (match.sameArtwork.length === 0) return NOTHING;
  const seasons = "failure" in songs ? [] : songs.seasons;
  const links = match.sameArtwork.slice(0, MOST_SHARED).map((anilistId) => {
    const known = seasons.find(({ anime }) => anime.anilistId === anilistId);
    const title = known ? titleFor(known.anime, reader) : `AniList ${anilistId}`;
    return linked(escaped(title, MAX_SHARED_TITLE), anilistUrl(anilistId));
  });
  return reader.say.markdown("cover.shared", { titles: joined(links, ", ") });
}

const MOST_SHARED = 3;
const MAX_SHARED_TITLE = 80;

function choices({ isEphemeral, confirmedBy, songs }: MatchAnswer, reader: Reader) {
  const hasSongs = !("failure" in songs) && themesOf(songs).length > 0;
  return [
    ...(confirmedBy === null
      ? [button("confirm", "button.confirm", reader, "success"), button("wrong", "button.wrong", reader)]
      : []),
    ...(hasSongs ? [button("playlist", "button.playlist", reader)] : []),
    ...(isEphemeral ? [button("share", "button.share", reader)] : []),
  ];
}
