import { MessageFlags } from "discord.js";
import type { Confirmation } from "../../domain/confirmation.ts";
import { OpfindError } from "../../errors.ts";
import { APPROVAL_MS, type Confirmed } from "../../pipeline/confirming.ts";
import { userMention } from "../../presenters/discord/markdown.ts";
import type { DiscordMessage } from "../../presenters/discord/message.ts";
import { presentNotice } from "../../presenters/discord/notice.ts";
import { presentApproval } from "../../presenters/discord/poster-log.ts";
import { type ClickContext, chosenIn, readersAt, sayIn, tell } from "../click.ts";
import { isModerator } from "../moderation.ts";
import { MOST_LISTED } from "../moderators.ts";
import { laneOf } from "../question.ts";
import { interactionReply, sendable } from "../reply.ts";

export type ModerateAction = "review" | "approve" | "reject" | "undo";

/** What moderators decide about confirmations, in any message where they can. */
export async function moderate(action: ModerateAction, context: ClickContext): Promise<void> {
  const { interaction } = context;
  const { guildId } = interaction;
  if (!isModerator(interaction) || guildId === null) return await tell(context, "notice.foreign");
  switch (action) {
    case "review":
      return await review(guildId, context);
    case "approve":
      return await approve(context);
    case "reject":
      return await reject(context);
    case "undo":
      return await undo(guildId, context);
  }
}

/** In the same channel, for whoever may approve it there. */
export async function askModerators(confirmation: Confirmation, context: ClickContext): Promise<void> {
  await context.interaction.followUp(sendable(await approvalOf(confirmation, context)));
}

/** One of the list, beside it: the list stays for the next. */
async function review(guildId: string, context: ClickContext): Promise<void> {
  const { interaction, deps } = context;
  const chosen = Number(chosenIn(interaction));
  const waiting = await deps.backend.waiting(guildId, MOST_LISTED);
  const confirmation = waiting.find(({ confirmationId }) => confirmationId === chosen);
  if (!confirmation) return await tell(context, "notice.already-decided");
  const card = sendable(await approvalOf(confirmation, context));
  await interaction.followUp({ ...card, flags: MessageFlags.Ephemeral });
}

async function approvalOf(confirmation: Confirmation, context: ClickContext): Promise<DiscordMessage> {
  const { choice, deps, signal } = context;
  const { requestId, picture, userId, anilistId, title, at } = confirmation;
  const [file, anime] = await Promise.all([
    deps.backend.picture(confirmation),
    deps.backend.card(anilistId, signal).catch((failure: unknown) => {
      if (failure instanceof OpfindError && failure.code !== "aborted") return null;
      throw failure;
    }),
  ]);
  const shown = file ? { bytes: Buffer.from(file.bytes), name: pictureName(file.file) } : null;
  // Its buttons belong to the question that was confirmed, whichever list it was chosen from.
  const reader = readersAt({ ...context, choice: { ...choice, requestId } })(picture, anilistId);
  return presentApproval({ userId, anilistId, title, anime, picture: shown, until: at + APPROVAL_MS }, reader);
}

/** A name that an attachment:// address can carry. */
function pictureName(file: string): string {
  const ending = /\.[a-z0-9]{1,5}$/i.exec(file)?.[0].toLowerCase() ?? ".png";
  return `picture${ending}`;
}

async function approve(context: ClickContext): Promise<void> {
  const { interaction, click, deps, signal } = context;
  const userId = interaction.user.id;
  const outcome = await deps.backend.approve(click, userId, { lane: laneOf({ userId }) }, signal);
  if (outcome.kind !== "learnt") return await tooLate(outcome, context);
  await showApproved(outcome.confirmation, context);
}

async function reject(context: ClickContext): Promise<void> {
  const { interaction, click, deps } = context;
  const userId = interaction.user.id;
  if (!(await deps.backend.reject(click, userId))) {
    const standing = await deps.backend.standing(click);
    return await tooLate(standing ? { kind: "already", confirmation: standing } : { kind: "gone" }, context);
  }
  const values = { moderator: userMention(userId) };
  await interactionReply(interaction).show(presentNotice("notice.rejected", values, sayIn(context)));
}

/** Decided elsewhere, perhaps in the list: the message says so from now on, and its buttons go. */
async function tooLate(outcome: Exclude<Confirmed, { kind: "learnt" }>, context: ClickContext): Promise<void> {
  if (outcome.kind !== "already") {
    await context.interaction.editReply({ components: [] });
    return await tell(context, "notice.already-decided");
  }
  await showApproved(outcome.confirmation, context);
  await tell(context, "notice.already-confirmed");
}

/** A moderator's own word needs nobody's approval. */
async function showApproved({ title, decidedBy, userId }: Confirmation, context: ClickContext): Promise<void> {
  const values = { moderator: userMention(decidedBy ?? userId), title };
  await interactionReply(context.interaction).show(presentNotice("notice.approved", values, sayIn(context)));
}

async function undo(guildId: string, context: ClickContext): Promise<void> {
  const { interaction, deps } = context;
  const confirmationId = Number(chosenIn(interaction));
  const undone = await deps.backend.undo(confirmationId, { userId: interaction.user.id, guildId });
  if (!undone) return await tell(context, "notice.nothing-to-undo");
  await tell(context, "notice.undone", { title: undone.title, id: undone.posterId ?? 0 });
}
