import type { AnilistId } from "../../domain/anime.ts";
import type { FranchiseSongs } from "../../domain/franchise.ts";
import { anilistUrl, animeFacts, coverFor, otherTitles, titleFor } from "./anime-facts.ts";
import { button, rows } from "./buttons.ts";
import { COLOURS } from "./confidence-text.ts";
import { LIMITS } from "./limits.ts";
import { escaped, joined, NOTHING, userMention } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Reader } from "./reader.ts";
import { themesOf } from "./song-credits.ts";
import { songsCard } from "./songs-card.ts";

export interface SongsAnswer {
  /** the anime that was asked for */
  readonly anilistId: AnilistId;
  readonly songs: FranchiseSongs;
  /** from 0; null for the page of the anime that was asked for */
  readonly page: number | null;
  readonly isEphemeral: boolean;
  /** the title was searched for a picture that was not recognised: "Yes, that's it" teaches it */
  readonly isConfirmable: boolean;
  readonly confirmedBy: string | null;
}

/** The songs of an anime that was asked for by its title. */
export function presentSongs(answer: SongsAnswer, reader: Reader): DiscordMessage {
  const { anilistId, songs, page, isEphemeral, isConfirmable, confirmedBy } = answer;
  const { say } = reader;
  const anime = (songs.seasons.find((season) => season.anime.anilistId === anilistId) ?? songs.seasons[0])?.anime;
  const cover = anime ? coverFor(anime, reader) : null;
  const head = {
    color: COLOURS.sure,
    title: anime ? escaped(titleFor(anime, reader), LIMITS.embedTitle).markdown : say.plain("anime.title-unknown"),
    url: anilistUrl(anilistId),
    ...(cover ? { thumbnail: { url: cover } } : {}),
  };
  const above = joined(
    [
      anime ? otherTitles(anime, reader) : NOTHING,
      anime ? animeFacts(anime, reader) : NOTHING,
      confirmedBy === null ? NOTHING : say.markdown("match.confirmed", { user: userMention(confirmedBy) }),
    ],
    "\n",
  );
  const { embed, paging } = songsCard({ head, above, songs, page, anilistId }, reader);
  const buttons = [
    ...(isConfirmable && confirmedBy === null ? [button("confirm", "button.confirm", reader, "success")] : []),
    ...(themesOf(songs).length > 0 ? [button("playlist", "button.playlist", reader)] : []),
    ...(isEphemeral ? [button("share", "button.share", reader)] : []),
  ];
  return message({ embeds: [embed], components: [...paging, ...rows(buttons)] });
}
