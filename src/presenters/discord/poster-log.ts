import type { AnilistId, Anime } from "../../domain/anime.ts";
import { anilistUrl, coverFor, titleFor } from "./anime-facts.ts";
import { button, menu, rows } from "./buttons.ts";
import { COLOURS } from "./confidence-text.ts";
import { LIMITS } from "./limits.ts";
import { cut, escaped, joined, linked, type Markdown, ours, userMention } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Reader } from "./reader.ts";
import type { WordKey } from "./words.ts";

/** A confirmation as moderators see it. */
export interface LoggedConfirmation {
  readonly confirmationId: number;
  readonly anilistId: AnilistId;
  readonly title: string;
  readonly userId: string;
  /** milliseconds since the epoch */
  readonly at: number;
}

/** `/posters recent`: who confirmed what and when, newest first, with a menu to undo one. At most 25 are shown. */
export function presentRecentPosters(confirmations: readonly LoggedConfirmation[], reader: Reader): DiscordMessage {
  return presentLog(confirmations, { heading: "posters.recent", none: "posters.none", action: "undo" }, reader);
}

/** `/posters waiting`: what awaits a moderator, oldest first, with a menu to look at one. At most 25 are shown. */
export function presentWaitingPosters(confirmations: readonly LoggedConfirmation[], reader: Reader): DiscordMessage {
  const kind = { heading: "posters.waiting", none: "posters.none-waiting", action: "review" } as const;
  return presentLog(confirmations, kind, reader);
}

interface LogKind {
  readonly heading: WordKey & `posters.${string}`;
  readonly none: WordKey & `posters.${string}`;
  readonly action: "undo" | "review";
}

function presentLog(
  confirmations: readonly LoggedConfirmation[],
  { heading, none, action }: LogKind,
  reader: Reader,
): DiscordMessage {
  const { say } = reader;
  const shown = confirmations.slice(0, LIMITS.selectOptions);
  const title = say.plain(heading);
  if (shown.length === 0) return message({ embeds: [{ title, description: say.plain(none) }] });
  const lines = shown.map(({ confirmationId, anilistId, title: name, userId, at }) =>
    say.markdown("posters.line", {
      id: ours(`\`${confirmationId}\``),
      title: linked(escaped(name, MAX_TITLE), anilistUrl(anilistId)),
      user: userMention(userId),
      when: moment(at),
    }),
  );
  const options = shown.map(({ confirmationId, title: name }) => ({
    label: `${confirmationId} · ${cut(name, MAX_TITLE)}`,
    value: String(confirmationId),
  }));
  return message({
    embeds: [{ color: COLOURS.unknown, title, description: joined(lines, "\n").markdown }],
    components: [menu(action, { placeholder: say.plain(`menu.${action}`), options }, reader)],
  });
}

/** As the reader's client tells it: "3 hours ago", "in 7 days". */
function moment(at: number): Markdown {
  return ours(`<t:${Math.floor(at / 1000)}:R>`);
}

/** 25 lines of 90, a link of 40, a mention and a time fit a description. */
const MAX_TITLE = 60;

export interface ApprovalRequest {
  readonly userId: string;
  readonly anilistId: AnilistId;
  readonly title: string;
  /** null when no source could be asked */
  readonly anime: Anime | null;
  /** the picture as it was sent; null when it is in the message above */
  readonly picture: { readonly bytes: Buffer; readonly name: string } | null;
  /** milliseconds since the epoch; whoever has not decided by then need not any more */
  readonly until: number;
}

/** Asks moderators whether a confirmation may be learnt. The official cover stands beside the picture. */
export function presentApproval(request: ApprovalRequest, reader: Reader): DiscordMessage {
  const { userId, anilistId, anime, picture, until } = request;
  const { say } = reader;
  const title = escaped(anime ? titleFor(anime, reader) : request.title, LIMITS.embedTitle);
  const cover = anime ? coverFor(anime, reader) : null;
  const values = { user: userMention(userId), title: linked(title, anilistUrl(anilistId)) };
  return message({
    embeds: [
      {
        color: COLOURS.unsure,
        title: say.plain("posters.approval-title"),
        description: joined(
          [say.markdown("posters.approval", values), say.markdown("posters.approval-until", { when: moment(until) })],
          "\n",
        ).markdown,
        ...(cover ? { thumbnail: { url: cover } } : {}),
        ...(picture ? { image: { url: `attachment://${picture.name}` } } : {}),
      },
    ],
    components: rows([
      button("approve", "button.approve", reader, "success"),
      button("reject", "button.reject", reader, "danger"),
    ]),
    files: picture
      ? [{ attachment: picture.bytes, name: picture.name, description: say.plain("posters.approval-alt") }]
      : [],
  });
}
