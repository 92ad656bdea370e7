import { type BaseInteraction, PermissionFlagsBits } from "discord.js";
import type { GuildSettings } from "./guild-settings.ts";
import type { PendingChoice } from "./pending-choice.ts";

/** What the command definitions ask for is only a default that servers can change: each handler asks here again. */
export function isModerator({ memberPermissions }: Pick<BaseInteraction, "memberPermissions">): boolean {
  return memberPermissions?.has(PermissionFlagsBits.ManageMessages) ?? false;
}

export function managesGuild({ memberPermissions }: Pick<BaseInteraction, "memberPermissions">): boolean {
  return memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false;
}

/** May this person turn the pages of an answer, and choose in it? */
export function mayUse(interaction: BaseInteraction, { askerId }: Pick<PendingChoice, "askerId">): boolean {
  return interaction.user.id === askerId || isModerator(interaction);
}

/** May this person's word make a picture a poster? */
export function mayTeach(interaction: BaseInteraction, choice: PendingChoice, { confirm }: GuildSettings): boolean {
  switch (confirm) {
    case "everyone":
      return true;
    case "asker":
      return mayUse(interaction, choice);
    case "moderators":
      // In direct messages there are none.
      return isModerator(interaction) || choice.guildId === null;
  }
}
