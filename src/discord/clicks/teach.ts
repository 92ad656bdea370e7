import type { AnilistId } from "../../domain/anime.ts";
import { OpfindError } from "../../errors.ts";
import type { Confirmed } from "../../pipeline/confirming.ts";
import { type ClickContext, chosenIn, lookAgain, tell } from "../click.ts";
import { isModerator, mayTeach, mayUse } from "../moderation.ts";
import { laneOf } from "../question.ts";
import { interactionReply } from "../reply.ts";
import { look } from "./look.ts";
import { askModerators } from "./moderate.ts";

export type TeachAction = "confirm" | "title" | `pick:${number}`;

/** What a person says about a picture becomes knowledge, if they may say it. */
export async function teach(action: TeachAction, context: ClickContext): Promise<void> {
  const { click, interaction, choice } = context;
  switch (action) {
    case "confirm":
      return await confirm(click.anilistId, context);
    case "title": {
      const anilistId = Number(chosenIn(interaction));
      if (choice.subject.kind === "pictures") return await confirm(anilistId, context);
      return await look("songs", { ...context, click: { ...click, anilistId } });
    }
    default:
      return await confirm(picked(Number(action.slice("pick:".length)), context), context);
  }
}

function picked(number: number, { choice, click }: ClickContext): AnilistId | null {
  const finding = choice.subject.kind === "pictures" ? choice.subject.findings[click.picture] : undefined;
  return finding?.kind === "seen" ? (finding.verdict.candidates[number]?.anilistId ?? null) : null;
}

async function confirm(anilistId: AnilistId | null, context: ClickContext): Promise<void> {
  const { interaction, click, settings, choice, deps, signal } = context;
  if (anilistId === null) return await tell(context, "notice.expired");
  const shown = interactionReply(interaction);
  if (!mayTeach(interaction, choice, settings)) {
    // Whose word does not count may still see the songs of what they chose.
    if (mayUse(interaction, choice)) await shown.show(await lookAgain(context, { anilistId }));
    return await tell(context, "notice.foreign");
  }
  const title = await titleOf(anilistId, context);
  const wish = {
    ...placeOf(context),
    requestId: click.requestId,
    picture: click.picture,
    anilistId,
    title,
    isSubjectToApproval: settings.isApprovalNeeded && !isModerator(interaction),
  };
  const turn = { lane: laneOf(wish) };
  const said = await deps.backend.confirm(wish, turn, signal);
  // A moderator's word for what awaits one is the approval, also where the request for it got lost.
  const isApproval = isAwaiting(said) && said.confirmation.anilistId === anilistId && isModerator(interaction);
  const outcome = isApproval ? await deps.backend.approve(click, wish.userId, turn, signal) : said;
  const standing = "confirmation" in outcome ? outcome.confirmation.anilistId : anilistId;
  await shown.show(await lookAgain(context, { anilistId: standing }));
  await thank(outcome, context);
}

function placeOf({ interaction }: ClickContext) {
  return { userId: interaction.user.id, guildId: interaction.guildId, channelId: interaction.channelId };
}

/** As the person saw it: the poster's name, else the card's. */
async function titleOf(anilistId: AnilistId, { choice, click, deps, signal }: ClickContext): Promise<string> {
  const finding = choice.subject.kind === "pictures" ? choice.subject.findings[click.picture] : undefined;
  const candidates = finding?.kind === "seen" ? finding.verdict.candidates : [];
  const seen = candidates.find((candidate) => candidate.anilistId === anilistId);
  if (seen) return seen.title;
  try {
    return (await deps.backend.card(anilistId, signal))?.title.romaji ?? `AniList ${anilistId}`;
  } catch (failure) {
    if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    return `AniList ${anilistId}`;
  }
}

async function thank(outcome: Confirmed, context: ClickContext): Promise<void> {
  switch (outcome.kind) {
    case "learnt": {
      const key = outcome.cover === "owed" ? "notice.confirmed-cover-owed" : "notice.confirmed";
      return await tell(context, key, { title: outcome.confirmation.title });
    }
    case "awaiting":
      await askModerators(outcome.confirmation, context);
      return await tell(context, "notice.pending");
    case "already":
      return await tell(context, isAwaiting(outcome) ? "notice.pending" : "notice.already-confirmed");
    case "gone":
      return await tell(context, "notice.picture-gone");
    case "limit":
      return await tell(context, `notice.limit-${outcome.of}`);
  }
}

type Said = Extract<Confirmed, { kind: "already" }>;

function isAwaiting(outcome: Confirmed): outcome is Said {
  return outcome.kind === "already" && outcome.confirmation.state === "awaiting";
}
