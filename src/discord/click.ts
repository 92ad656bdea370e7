import {
  type ButtonInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  type RepliableInteraction,
  type StringSelectMenuInteraction,
} from "discord.js";
import type { NoticeKey } from "../presenters/discord/notice.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import type { Reader } from "../presenters/discord/reader.ts";
import type { Say } from "../presenters/discord/words.ts";
import type { Click } from "./custom-id.ts";
import type { GuildSettings } from "./guild-settings.ts";
import type { PendingChoice } from "./pending-choice.ts";
import { type DeskDeps, readersOf } from "./question.ts";
import { localeFor } from "./reader.ts";
import { whisper } from "./reply.ts";
import { showPictures, type View } from "./view.ts";

export type ClickInteraction = ButtonInteraction | StringSelectMenuInteraction | ModalSubmitInteraction;

/** A click on an answer that still stands. */
export interface ClickContext {
  readonly interaction: ClickInteraction;
  readonly click: Click;
  readonly choice: PendingChoice;
  readonly settings: GuildSettings;
  readonly deps: DeskDeps;
  readonly signal: AbortSignal;
}

export function isAgeRestricted({ channel }: Pick<RepliableInteraction, "channel">): boolean {
  if (!channel) return false;
  if (channel.isThread()) return channel.parent?.nsfw ?? false;
  return "nsfw" in channel && channel.nsfw;
}

/** What was chosen in a menu; null for a button. */
export function chosenIn(interaction: ClickInteraction): string | null {
  return interaction.isStringSelectMenu() ? (interaction.values[0] ?? null) : null;
}

/** Only the person who clicked sees this message: "Share" shows it to all. */
export function isEphemeral({ message }: ClickInteraction): boolean {
  return message?.flags.has(MessageFlags.Ephemeral) ?? false;
}

/** In the language of the answer: its next page is in no other. */
export function sayIn({ settings, choice, deps }: Pick<ClickContext, "settings" | "choice" | "deps">): Say {
  return deps.words.in(localeFor(settings, choice.locale));
}

/** A sentence for the person who clicked, in their own language. */
export async function tell(
  { interaction, settings, deps }: Pick<ClickContext, "interaction" | "settings" | "deps">,
  key: NoticeKey,
  values: Parameters<typeof presentNotice>[1] = {},
): Promise<void> {
  const say = deps.words.in(localeFor(settings, interaction.locale));
  await whisper(interaction, presentNotice(key, values, say));
}

export function readersAt(context: ClickContext): (picture: number, anilistId: number | null) => Reader {
  const { choice, settings, deps, interaction } = context;
  const question = { isAgeRestricted: isAgeRestricted(interaction) };
  return readersOf(choice, { settings, words: deps.words, question });
}

/** The pictures of the answer, looked at in another way. */
export async function lookAgain(context: ClickContext, changes: Partial<View>) {
  const { choice, click, deps, signal } = context;
  if (choice.subject.kind !== "pictures") throw new RangeError(`an answer of ${choice.subject.kind} has no pictures`);
  const { picture, anilistId } = click;
  const view: View = { picture, anilistId, page: null, isWhole: true, ...changes };
  const viewDeps = { backend: deps.backend, readerFor: readersAt(context) };
  return await showPictures(choice, choice.subject.findings, { view, deps: viewDeps, signal });
}
