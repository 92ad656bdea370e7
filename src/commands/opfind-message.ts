import {
  ApplicationCommandType,
  type Message,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
} from "discord.js";
import { namedIn } from "../presenters/discord/command-words.ts";
import type { Words } from "../presenters/discord/words.ts";
import type { MessageCommand, Outcome } from "./command.ts";
import { EVERYWHERE } from "./where.ts";

interface MessageDeps {
  readonly words: Words;
  readonly askMessage: (
    message: Message,
    interaction: MessageContextMenuCommandInteraction,
    signal: AbortSignal,
  ) => Promise<Outcome>;
}

/** "Find OP/ED" in the menu of a message: Discord shows its pictures to the bot also without the message-content intent. */
export function opfindMessageCommand({ words, askMessage }: MessageDeps): MessageCommand {
  return {
    definition: opfindMessageDefinition(words),
    async run(interaction, signal) {
      // For the person's own eyes: nobody else asked. "Share" shows it to all.
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      return await askMessage(interaction.targetMessage, interaction, signal);
    },
  };
}

export function opfindMessageDefinition(words: Words): MessageCommand["definition"] {
  return { ...namedIn(words, "find"), ...EVERYWHERE, type: ApplicationCommandType.Message };
}
