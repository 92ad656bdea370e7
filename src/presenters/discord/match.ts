import type { APIEmbed } from "discord.js";
import type { FranchiseSongs, SeasonSongs } from "../../domain/franchise.ts";
import type { Candidate } from "../../domain/identification.ts";
import { anilistUrl, animeFacts, coverFor, coverPlace, otherTitles, titleFor } from "./anime-facts.ts";
import { button, type ComponentButton, rows } from "./buttons.ts";
import { COLOURS, sureness } from "./confidence-text.ts";
import { failureText } from "./failure-text.ts";
import { LIMITS } from "./limits.ts";
import { bold, escaped, joined, linked, type Markdown, NOTHING, userMention } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Reader } from "./reader.ts";
import { themesOf } from "./song-credits.ts";
import { type SongsOutcome, songsCard } from "./songs-card.ts";

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
  const { match, songs, page } = answer;
  const [head, above] = [matchHead(answer, reader), aboutMatch(answer, reader)];
  const buttons = rows(choices(answer, reader));
  if ("failure" in songs) {
    const sentence = reader.say.markdown("match.songs-failed", { sentence: failureText(songs.failure, reader.say) });
    const description = joined([above, sentence], "\n\n").markdown;
    return message({ embeds: [{ ...head, description }], components: buttons });
  }
  const { embed, paging } = songsCard({ head, above, songs, page, anilistId: match.anilistId }, reader);
  return message({ embeds: [embed], components: [...paging, ...buttons] });
}

/** A recognised poster that nobody asked about: a few lines, and a button for the songs. */
export function presentQuietMatch(answer: MatchAnswer, reader: Reader): DiscordMessage {
  const { songs } = answer;
  const { say } = reader;
  const count = "failure" in songs ? 0 : themesOf(songs).length;
  const about = joined(
    [aboutMatch(answer, reader), count > 0 ? say.markdown("songs.count", { count }) : NOTHING],
    "\n",
  );
  const quiet = [
    ...(count > 0 ? [button("songs", "button.songs", reader, "primary")] : []),
    ...verdictButtons(answer, reader),
  ];
  return message({
    embeds: [{ ...matchHead(answer, reader), description: about.markdown }],
    components: rows(quiet),
  });
}

function seasonOf({ match, songs }: MatchAnswer): SeasonSongs | undefined {
  return seasonsOf(songs).find(({ anime }) => anime.anilistId === match.anilistId);
}

function seasonsOf(songs: SongsOutcome): FranchiseSongs["seasons"] {
  return "failure" in songs ? [] : songs.seasons;
}

function matchHead(answer: MatchAnswer, reader: Reader): APIEmbed {
  const { match } = answer;
  const season = seasonOf(answer);
  const title = season ? titleFor(season.anime, reader) : match.title;
  const cover = season ? coverFor(season.anime, reader) : null;
  return {
    color: COLOURS.sure,
    title: escaped(title, LIMITS.embedTitle).markdown || reader.say.plain("anime.title-unknown"),
    url: anilistUrl(match.anilistId),
    ...(cover ? { thumbnail: { url: cover } } : {}),
  };
}

/** At most 1,000 long, as a card wants it: two titles of 180, three links of 150, and short sentences of ours. */
function aboutMatch(answer: MatchAnswer, reader: Reader): Markdown {
  const { match, confirmedBy } = answer;
  const { say } = reader;
  const season = seasonOf(answer);
  return joined(
    [
      season ? otherTitles(season.anime, reader) : NOTHING,
      season ? animeFacts(season.anime, reader) : NOTHING,
      bold(say.markdown("match.verdict", { sure: sureness(match.confidence, say) })),
      season ? coverPlace(season, reader) : NOTHING,
      sharedWith(answer, reader),
      confirmedBy === null ? NOTHING : say.markdown("match.confirmed", { user: userMention(confirmedBy) }),
    ],
    "\n",
  );
}

/** Other anime with the same artwork, by name where the franchise has them. */
function sharedWith({ match, songs }: MatchAnswer, reader: Reader): Markdown {
  if (match.sameArtwork.length === 0) return NOTHING;
  const links = match.sameArtwork.slice(0, MOST_SHARED).map((anilistId) => {
    const known = seasonsOf(songs).find(({ anime }) => anime.anilistId === anilistId);
    const title = known ? titleFor(known.anime, reader) : `AniList ${anilistId}`;
    return linked(escaped(title, MAX_SHARED_TITLE), anilistUrl(anilistId));
  });
  return reader.say.markdown("cover.shared", { titles: joined(links, ", ") });
}

const MOST_SHARED = 3;
const MAX_SHARED_TITLE = 80;

function choices(answer: MatchAnswer, reader: Reader): readonly ComponentButton[] {
  const hasSongs = !("failure" in answer.songs) && themesOf(answer.songs).length > 0;
  return [
    ...verdictButtons(answer, reader),
    ...(hasSongs ? [button("playlist", "button.playlist", reader)] : []),
    ...(answer.isEphemeral ? [button("share", "button.share", reader)] : []),
  ];
}

function verdictButtons({ confirmedBy }: MatchAnswer, reader: Reader): readonly ComponentButton[] {
  if (confirmedBy !== null) return [];
  return [button("confirm", "button.confirm", reader, "success"), button("wrong", "button.wrong", reader)];
}
