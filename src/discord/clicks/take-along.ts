import type { FranchiseSongs } from "../../domain/franchise.ts";
import type { ExportFormat } from "../../presenters/discord/action.ts";
import { presentFailureMessage } from "../../presenters/discord/failure-text.ts";
import { userMention } from "../../presenters/discord/markdown.ts";
import { type DiscordMessage, type MessageFile, message } from "../../presenters/discord/message.ts";
import { presentSongs } from "../../presenters/discord/songs.ts";
import { playlistM3u8, playlistText } from "../../presenters/playlist.ts";
import { tierListCsv, tierListFacts } from "../../presenters/tier-list-export.ts";
import { gatherSongs } from "../board-songs.ts";
import { type ClickContext, lookAgain, readersAt, sayIn, tell } from "../click.ts";
import { interactionReply } from "../reply.ts";
import { songsOutcome } from "../view.ts";

const EXPORT_PATIENCE_MS = 120_000;

/** "Playlist": the songs as a file for players and one for search, for the eyes of who clicked. */
export async function takePlaylist(context: ClickContext): Promise<void> {
  const { click, deps, signal } = context;
  if (click.anilistId === null) return await tell(context, "notice.expired");
  const songs = await songsOutcome(click.anilistId, deps.backend, signal);
  const answer =
    "failure" in songs
      ? presentFailureMessage(songs.failure, sayIn(context))
      : message({ files: playlistFiles([songs]) });
  await interactionReply(context.interaction).show(answer);
}

export async function takeBoard(format: ExportFormat, context: ClickContext): Promise<void> {
  const { choice, deps, signal } = context;
  if (choice.subject.kind !== "tier-list") throw new RangeError(`a ${choice.subject.kind} answer has no board`);
  const { list } = choice.subject;
  await interactionReply(context.interaction).show(await boardFile());

  async function boardFile(): Promise<DiscordMessage> {
    switch (format) {
      case "json":
        return message({ files: [textFile("tier-list.json", `${JSON.stringify(tierListFacts(list), null, 2)}\n`)] });
      case "csv":
        return message({ files: [textFile("tier-list.csv", tierListCsv(list))] });
      case "m3u8":
        return await songFile("tier-list.m3u8", playlistM3u8);
      case "text":
        return await songFile("tier-list.txt", playlistText);
    }
  }

  /** What it lacks is said; Discord takes no file without a byte. */
  async function songFile(name: string, write: (songs: readonly FranchiseSongs[]) => string): Promise<DiscordMessage> {
    const songs = await gatherSongs(list, { deps, patienceMs: EXPORT_PATIENCE_MS }, signal);
    const text = write(songs.franchises);
    const say = sayIn(context);
    const lacks = songs.lacking > 0 ? say.plain("tierlist.lacking", { count: songs.lacking }) : "";
    return text === ""
      ? message({ content: lacks || say.plain("notice.nothing-to-play") })
      : message({ content: lacks, files: [textFile(name, text)] });
  }
}

/** "Share": the same answer for everyone in the channel, with buttons of its own. */
export async function share(context: ClickContext): Promise<void> {
  const { choice, click, deps, interaction, signal } = context;
  const shown = await shared();
  const by = sayIn(context).markdown("notice.shared", { user: userMention(interaction.user.id) }).markdown;
  await interactionReply(interaction).show({ ...shown, content: by });

  async function shared(): Promise<DiscordMessage> {
    if (choice.subject.kind === "pictures")
      return await lookAgain({ ...context, choice: { ...choice, isEphemeral: false } }, {});
    const anilistId = click.anilistId ?? 0;
    const songs = await songsOutcome(anilistId, deps.backend, signal);
    if ("failure" in songs) return presentFailureMessage(songs.failure, sayIn(context));
    const answer = { anilistId, songs, page: null, isEphemeral: false, isConfirmable: false, confirmedBy: null };
    return presentSongs(answer, readersAt(context)(0, anilistId));
  }
}

/** What players open, where anything is linked, and what music services find by search. */
function playlistFiles(franchises: readonly FranchiseSongs[]): readonly MessageFile[] {
  const playlist = playlistM3u8(franchises);
  return [
    ...(playlist === "" ? [] : [textFile("playlist.m3u8", playlist)]),
    textFile("playlist.txt", playlistText(franchises)),
  ];
}

function textFile(name: string, text: string): MessageFile {
  return { attachment: Buffer.from(text), name, description: name };
}
