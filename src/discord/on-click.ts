import { MessageFlags } from "discord.js";
import type { Action } from "../presenters/discord/action.ts";
import { type NoticeKey, presentNotice } from "../presenters/discord/notice.ts";
import { type ClickContext, type ClickInteraction, isEphemeral, tell } from "./click.ts";
import { look } from "./clicks/look.ts";
import { moderate } from "./clicks/moderate.ts";
import { openForm, search } from "./clicks/search.ts";
import { share, takeBoard, takePlaylist } from "./clicks/take-along.ts";
import { teach } from "./clicks/teach.ts";
import { readCustomId } from "./custom-id.ts";
import { settingsOf } from "./guild-settings.ts";
import { mayUse } from "./moderation.ts";
import { findPending } from "./pending-choice.ts";
import type { DeskDeps } from "./question.ts";
import { whisper } from "./reply.ts";
import { askAgain, readBoard } from "./tier-list-question.ts";

interface ClickDeps extends DeskDeps {
  /** stops a re-index, for those who may */
  readonly cancelReindex: (context: ClickContext) => Promise<void>;
}

/**
 * Every button, menu and form of ours, also those of a former process: what they belong to is stored. The click is
 * acknowledged before anything is looked up.
 * @returns the request it belonged to, for the log
 */
export async function onClick(interaction: ClickInteraction, deps: ClickDeps, signal: AbortSignal): Promise<string> {
  const click = readCustomId(interaction.customId);
  if (!click) {
    await whisper(interaction, presentNotice("notice.expired", {}, deps.words.in(interaction.locale)));
    return "unknown";
  }
  if (click.action === "search" && interaction.isButton()) {
    await openForm(interaction, click, deps);
    return click.requestId;
  }
  await acknowledge(interaction, click.action);
  const [choice, settings] = await Promise.all([
    findPending(click.requestId, deps.backend),
    settingsOf(interaction.guildId, deps.backend),
  ]);
  if (!choice || choice.guildId !== interaction.guildId) {
    if (isDecision(click.action)) await interaction.editReply({ components: [] });
    await tell({ interaction, settings, deps }, overNotice(click.action));
    return click.requestId;
  }
  const own = { ...choice, isEphemeral: isEphemeral(interaction) };
  const context: ClickContext = { interaction, click, choice: own, settings, deps, signal };
  if (!isOpenToAll(click.action) && !mayUse(interaction, choice)) await tell(context, "notice.foreign");
  else await act(click.action, context, deps);
  return click.requestId;
}

/** What a person can do about a button that outlived what it is for. */
function overNotice(action: Action): NoticeKey {
  switch (action) {
    case "cancel":
      return "notice.job-over";
    case "approve":
    case "reject":
      return "notice.approval-over";
    case "review":
    case "undo":
      return "notice.list-over";
    default:
      return "notice.expired";
  }
}

/** What such a message tells still stands; only its buttons have nothing to do any more. */
function isDecision(action: Action): boolean {
  return action === "cancel" || action === "approve" || action === "reject";
}

/** Their handlers ask themselves who may: a server can let everyone confirm, and moderators approve what others said. */
const OPEN_TO_ALL: ReadonlySet<Action> = new Set([
  ...(["confirm", "playlist"] as const),
  ...(["review", "approve", "reject", "undo", "cancel"] as const),
]);

function isOpenToAll(action: Action): boolean {
  return OPEN_TO_ALL.has(action) || action.startsWith("pick:");
}

async function act(action: Action, context: ClickContext, { cancelReindex }: ClickDeps): Promise<void> {
  const { interaction } = context;
  switch (action) {
    case "songs":
    case "wrong":
    case "none":
    case "jump":
    case "image":
      return await look(action, context);
    case "confirm":
    case "title":
      return await teach(action, context);
    case "review":
    case "approve":
    case "reject":
    case "undo":
      return await moderate(action, context);
    case "search":
      return interaction.isModalSubmit() ? await search(interaction, context) : undefined;
    case "playlist":
      return await takePlaylist(context);
    case "share":
      return await share(context);
    case "tierlist":
      return await readBoard(context);
    case "more":
      return await askAgain(context);
    case "cancel":
      return await cancelReindex(context);
    case "export:csv":
      return await takeBoard("csv", context);
    case "export:json":
      return await takeBoard("json", context);
    case "export:m3u8":
      return await takeBoard("m3u8", context);
    case "export:text":
      return await takeBoard("text", context);
    default:
      return isPage(action) ? await look(action, context) : await teach(action, context);
  }
}

function isPage(action: `page:${number}` | `pick:${number}`): action is `page:${number}` {
  return action.startsWith("page:");
}

/** What changes the message is acknowledged without a new one; the rest gets a message of its own. */
async function acknowledge(interaction: ClickInteraction, action: Action): Promise<void> {
  switch (action) {
    case "playlist":
    case "export:csv":
    case "export:json":
    case "export:m3u8":
    case "export:text":
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      return;
    case "share":
      await interaction.deferReply();
      return;
    case "tierlist":
      await interaction.deferReply(isEphemeral(interaction) ? { flags: MessageFlags.Ephemeral } : {});
      return;
    default:
      // A form that a command opened has no message to change; ours are opened by buttons.
      if (interaction.isModalSubmit() && !interaction.isFromMessage()) await interaction.deferReply();
      else await interaction.deferUpdate();
  }
}
