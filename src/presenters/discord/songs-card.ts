import type { APIEmbed } from "discord.js";
import type { AnilistId } from "../../domain/anime.ts";
import type { FranchiseSongs } from "../../domain/franchise.ts";
import type { ErrorCode } from "../../errors.ts";
import { joined, type Markdown } from "./markdown.ts";
import type { ComponentRow } from "./message.ts";
import { missingText } from "./missing-text.ts";
import { paging, withinPages } from "./paging.ts";
import type { Reader } from "./reader.ts";
import { creditsOf } from "./song-credits.ts";
import { pageOf, songPages } from "./song-pages.ts";

/** The songs, or why there are none: plain data, so that an answer can be stored and shown again. */
export type SongsOutcome = FranchiseSongs | { readonly failure: ErrorCode };

interface Card {
  /** title, address, colour, thumbnail */
  readonly head: APIEmbed;
  /** at most 1,000 long: a page of songs below it has 3,000 of the description's 4,096 */
  readonly above: Markdown;
  readonly songs: FranchiseSongs;
  /** from 0; null for the page of `anilistId` */
  readonly page: number | null;
  readonly anilistId: AnilistId;
}

/** An anime with one page of its franchise's songs, what is missing, and the way to the other pages. */
export function songsCard({ head, above, songs, page: asked, anilistId }: Card, reader: Reader) {
  const { say } = reader;
  const pages = songPages(songs, reader);
  const page = withinPages(asked ?? pageOf(pages, anilistId), pages.length);
  const missing = missingText(songs, reader);
  const place = pages.length > 1 ? say.plain("songs.page", { page: page + 1, pages: pages.length }) : "";
  const footer = [creditsOf(songs, say), place].filter((part) => part !== "").join(" · ");
  const embed: APIEmbed = {
    ...head,
    description: joined([above, pages[page]?.text ?? say.markdown("songs.no-anime")], "\n").markdown,
    ...(missing ? { fields: [{ name: say.plain("missing.title"), value: missing.markdown }] } : {}),
    ...(footer === "" ? {} : { footer: { text: footer } }),
  };
  const turn: readonly ComponentRow[] = paging(
    pages.map(({ name }) => name),
    page,
    reader,
  );
  return { embed, paging: turn };
}
