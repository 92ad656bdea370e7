import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type ChatInputCommandInteraction,
  PermissionFlagsBits,
} from "discord.js";
import { describedIn } from "../presenters/discord/command-words.ts";
import type { Words } from "../presenters/discord/words.ts";
import type { Outcome, SlashCommand } from "./command.ts";
import { IN_SERVERS } from "./where.ts";

interface ReindexDeps {
  readonly words: Words;
  /** asks who may, and starts it */
  readonly startReindex: (
    isFull: boolean,
    interaction: ChatInputCommandInteraction,
    signal: AbortSignal,
  ) => Promise<Outcome>;
}

/** `/reindex [full]`: builds the index again in the background. */
export function reindexCommand({ words, startReindex }: ReindexDeps): SlashCommand {
  return {
    definition: reindexDefinition(words),
    async run(interaction, signal) {
      await interaction.deferReply();
      return await startReindex(interaction.options.getBoolean("full") ?? false, interaction, signal);
    },
  };
}

export function reindexDefinition(words: Words): SlashCommand["definition"] {
  return {
    ...describedIn(words, "reindex"),
    ...IN_SERVERS,
    type: ApplicationCommandType.ChatInput,
    default_member_permissions: String(PermissionFlagsBits.ManageGuild),
    options: [{ ...describedIn(words, "reindex-full"), type: ApplicationCommandOptionType.Boolean, required: false }],
  };
}
