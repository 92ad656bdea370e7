import type { ChatInputCommandInteraction } from "discord.js";
import type { Outcome } from "../commands/command.ts";
import type { SettingsWish } from "../commands/opfind-settings.ts";
import type { PosterActions } from "../commands/posters.ts";
import { presentSettings } from "../presenters/discord/guild-settings.ts";
import type { NoticeKey } from "../presenters/discord/notice.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import { presentRecentPosters, presentWaitingPosters } from "../presenters/discord/poster-log.ts";
import type { WordKey } from "../presenters/discord/words.ts";
import type { Backend } from "./backend.ts";
import { isAgeRestricted } from "./click.ts";
import { changeSettings, type GuildSettings, settingsOf } from "./guild-settings.ts";
import { isModerator, managesGuild } from "./moderation.ts";
import type { IsOwner } from "./owners.ts";
import { newRequestId, savePending } from "./pending-choice.ts";
import { type DeskDeps, readersOf } from "./question.ts";
import { localeFor } from "./reader.ts";
import { interactionReply } from "./reply.ts";

export interface ModeratorDeps extends DeskDeps {
  readonly isOwner: IsOwner;
  /** Discord shows the bot pictures in messages that are not meant for it */
  readonly seesAllMessages: () => boolean;
}

/** Of confirmations in a list: a menu holds as many. */
export const MOST_LISTED = 25;

/** `/posters`: what a server's people confirmed. */
export function openPosterActions(deps: ModeratorDeps): PosterActions {
  const { backend, isOwner } = deps;
  const say = (key: NoticeKey, values: Parameters<typeof presentNotice>[1], interaction: ChatInputCommandInteraction) =>
    notice(interaction, { key, values, deps });
  return {
    recent: (interaction) => showList({ find: backend.recent, present: presentRecentPosters }, interaction, deps),
    waiting: (interaction) => showList({ find: backend.waiting, present: presentWaitingPosters }, interaction, deps),
    async undo(confirmationId, interaction) {
      const guildId = await guildOf(interaction, { may: isModerator, permission: "manage-messages", deps });
      if (guildId === null) return { outcome: "not-allowed" };
      const wanted = confirmationId ?? (await backend.recent(guildId, 1))[0]?.confirmationId;
      const by = { userId: interaction.user.id, guildId };
      const undone = wanted === undefined ? null : await backend.undo(wanted, by);
      if (!undone) return await say("notice.nothing-to-undo", {}, interaction);
      return await say("notice.undone", { title: undone.title, id: undone.posterId ?? 0 }, interaction);
    },
    async remove(posterId, interaction, signal) {
      const guildId = await guildOf(interaction, { may: isModerator, permission: "manage-messages", deps });
      if (guildId === null) return { outcome: "not-allowed" };
      const confirmation = await backend.confirmationOf(posterId);
      // All servers share the posters: a server's moderators take back what their own people brought.
      const isOurs = confirmation?.guildId === guildId || (await isOwner(interaction.user.id, signal));
      if (!isOurs) return await say("notice.poster-not-found", {}, interaction);
      const [label] = await backend.labels([posterId], signal);
      if (!label || !(await backend.forget(posterId))) return await say("notice.poster-not-found", {}, interaction);
      return await say("notice.removed", { id: posterId, title: label.title }, interaction);
    },
  };
}

interface ConfirmationList {
  readonly find: Backend["recent"];
  readonly present: typeof presentRecentPosters;
}

async function showList(
  { find, present }: ConfirmationList,
  interaction: ChatInputCommandInteraction,
  deps: ModeratorDeps,
): Promise<Outcome> {
  const { backend, words, clock } = deps;
  const guildId = await guildOf(interaction, { may: isModerator, permission: "manage-messages", deps });
  if (guildId === null) return { outcome: "not-allowed" };
  const { locale, user } = interaction;
  const requestId = newRequestId();
  const settings = await settingsOf(guildId, backend);
  const kept = { requestId, askerId: user.id, guildId, locale, isEphemeral: true, isUninvited: false };
  await savePending({ ...kept, subject: { kind: "report" } }, [], { backend, now: clock.now() });
  const question = { isAgeRestricted: isAgeRestricted(interaction) };
  const reader = readersOf({ requestId, locale }, { settings, words, question })(0, null);
  const listed = await find(guildId, MOST_LISTED);
  await interactionReply(interaction).show(present(listed, reader));
  return { outcome: `${listed.length} confirmations`, requestId };
}

/** `/opfind-settings`: shows what a server decided, after keeping what is wished. */
export async function applySettings(
  wish: SettingsWish,
  interaction: ChatInputCommandInteraction,
  deps: ModeratorDeps,
): Promise<Outcome> {
  const { backend, words, seesAllMessages } = deps;
  const guildId = await guildOf(interaction, { may: managesGuild, permission: "manage-guild", deps });
  if (guildId === null) return { outcome: "not-allowed" };
  const { channel, ...rest } = wish;
  const before = await settingsOf(guildId, backend);
  const channels = channel === undefined ? {} : { channels: toggled(before.channels, channel) };
  const settings = await changeSettings(guildId, { ...rest, ...channels }, backend);
  const say = words.in(localeFor(settings, interaction.locale));
  const view = { ...settings, seesAllMessages: seesAllMessages() };
  await interactionReply(interaction).show(presentSettings(view, say));
  return { outcome: "settings" };
}

function toggled(channels: GuildSettings["channels"], channel: string): GuildSettings["channels"] {
  return channels.includes(channel) ? channels.filter((id) => id !== channel) : [...channels, channel];
}

interface Gate {
  readonly may: (interaction: ChatInputCommandInteraction) => boolean;
  readonly permission: WordKey extends infer Key ? (Key extends `permission.${infer Name}` ? Name : never) : never;
  readonly deps: DeskDeps;
}

/** @returns the server of a person who may; else they are told what they lack */
export async function guildOf(
  interaction: ChatInputCommandInteraction,
  { may, permission, deps }: Gate,
): Promise<string | null> {
  if (interaction.guildId !== null && may(interaction)) return interaction.guildId;
  const name = deps.words.in(interaction.locale).plain(`permission.${permission}`);
  await notice(interaction, { key: "notice.not-allowed", values: { permission: name }, deps });
  return null;
}

async function notice(
  interaction: ChatInputCommandInteraction,
  { key, values, deps }: { key: NoticeKey; values: Parameters<typeof presentNotice>[1]; deps: DeskDeps },
): Promise<Outcome> {
  const settings = await settingsOf(interaction.guildId, deps.backend);
  const say = deps.words.in(localeFor(settings, interaction.locale));
  await interactionReply(interaction).show(presentNotice(key, values, say));
  return { outcome: key };
}
