import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type ChatInputCommandInteraction,
  MessageFlags,
  PermissionFlagsBits,
} from "discord.js";
import { describedIn } from "../presenters/discord/command-words.ts";
import type { Words } from "../presenters/discord/words.ts";
import type { Outcome, SlashCommand } from "./command.ts";
import { IN_SERVERS } from "./where.ts";

/** What moderators do with what their server confirmed. Each asks itself who may. */
export interface PosterActions {
  recent(interaction: ChatInputCommandInteraction): Promise<Outcome>;
  /** what awaits a moderator */
  waiting(interaction: ChatInputCommandInteraction): Promise<Outcome>;
  /** @param confirmationId null for the newest */
  undo(confirmationId: number | null, interaction: ChatInputCommandInteraction): Promise<Outcome>;
  remove(posterId: number, interaction: ChatInputCommandInteraction, signal: AbortSignal): Promise<Outcome>;
}

/** `/posters recent|waiting|undo|remove` */
export function postersCommand({
  words,
  actions,
}: {
  readonly words: Words;
  readonly actions: PosterActions;
}): SlashCommand {
  return {
    definition: postersDefinition(words),
    async run(interaction, signal) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      const { options } = interaction;
      switch (options.getSubcommand()) {
        case "undo":
          return await actions.undo(options.getInteger("confirmation"), interaction);
        case "remove":
          return await actions.remove(options.getInteger("poster", true), interaction, signal);
        case "waiting":
          return await actions.waiting(interaction);
        default:
          return await actions.recent(interaction);
      }
    },
  };
}

export function postersDefinition(words: Words): SlashCommand["definition"] {
  const subcommand: ApplicationCommandOptionType.Subcommand = ApplicationCommandOptionType.Subcommand;
  const number: ApplicationCommandOptionType.Integer = ApplicationCommandOptionType.Integer;
  return {
    ...describedIn(words, "posters"),
    ...IN_SERVERS,
    type: ApplicationCommandType.ChatInput,
    default_member_permissions: String(PermissionFlagsBits.ManageMessages),
    options: [
      { ...describedIn(words, "posters-recent"), type: subcommand },
      { ...describedIn(words, "posters-waiting"), type: subcommand },
      {
        ...describedIn(words, "posters-undo"),
        type: subcommand,
        options: [{ ...describedIn(words, "posters-undo-id"), type: number, min_value: 1, required: false }],
      },
      {
        ...describedIn(words, "posters-remove"),
        type: subcommand,
        options: [{ ...describedIn(words, "posters-remove-id"), type: number, min_value: 1, required: true }],
      },
    ],
  };
}
