import { presentFailureMessage } from "../../presenters/discord/failure-text.ts";
import type { DiscordMessage } from "../../presenters/discord/message.ts";
import { presentSongs } from "../../presenters/discord/songs.ts";
import { presentNoneOfThese } from "../../presenters/discord/unknown.ts";
import { type ClickContext, chosenIn, isEphemeral, lookAgain, readersAt, sayIn } from "../click.ts";
import { interactionReply } from "../reply.ts";
import { boardPage } from "../tier-list-question.ts";
import { showOthers, songsOutcome } from "../view.ts";

/** Another look at the same answer: a page, a picture, the songs, the other candidates. */
export type LookAction = "songs" | "wrong" | "none" | "jump" | "image" | `page:${number}`;

export async function look(action: LookAction, context: ClickContext): Promise<void> {
  await interactionReply(context.interaction).show(await seen(action, context));
}

async function seen(action: LookAction, context: ClickContext): Promise<DiscordMessage> {
  const { click, interaction } = context;
  const chosen = Number(chosenIn(interaction) ?? 0);
  switch (action) {
    case "songs":
      return await pageOf(null, context);
    case "jump":
      return await pageOf(chosen, context);
    case "image":
      return await lookAgain(context, { picture: chosen < 0 ? null : chosen, anilistId: null });
    case "none":
      return presentNoneOfThese(readersAt(context)(click.picture, null));
    case "wrong":
      return await others(context);
    default:
      return await pageOf(Number(action.slice("page:".length)), context);
  }
}

async function pageOf(page: number | null, context: ClickContext): Promise<DiscordMessage> {
  const { choice, click, deps, interaction, signal } = context;
  switch (choice.subject.kind) {
    case "pictures":
      return await lookAgain(context, { page });
    case "tier-list":
      return await boardPage(choice.subject.list, {
        page: page ?? 0,
        reader: readersAt(context)(0, null),
        deps,
        signal,
      });
    case "songs": {
      const anilistId = click.anilistId ?? 0;
      const songs = await songsOutcome(anilistId, deps.backend, signal);
      if ("failure" in songs) return presentFailureMessage(songs.failure, sayIn(context));
      const answer = { anilistId, songs, page, isConfirmable: false, confirmedBy: null };
      return presentSongs({ ...answer, isEphemeral: isEphemeral(interaction) }, readersAt(context)(0, anilistId));
    }
    case "report":
      throw new RangeError("a report has no pages");
  }
}

async function others(context: ClickContext): Promise<DiscordMessage> {
  const { choice, click, deps, signal } = context;
  const reader = readersAt(context)(click.picture, null);
  const finding = choice.subject.kind === "pictures" ? choice.subject.findings[click.picture] : undefined;
  if (!finding) return presentNoneOfThese(reader);
  return await showOthers(finding, { deps: { backend: deps.backend, readerFor: readersAt(context) }, reader, signal });
}
