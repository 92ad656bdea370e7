import { type Message, MessageFlags, type RepliableInteraction } from "discord.js";
import { asEdit, type DiscordMessage } from "../presenters/discord/message.ts";
import { troubleOf } from "./discord-trouble.ts";

/** Where one answer stands: the reply to an interaction, or a message of ours. */
export interface Reply {
  /** Shows an answer in the place of what stood there. */
  show(answer: DiscordMessage): Promise<void>;
}

/** The answer to an interaction that was deferred. */
export function interactionReply(interaction: RepliableInteraction): Reply {
  return {
    async show(answer) {
      await interaction.editReply(sendable(asEdit(answer)));
    },
  };
}

/** The answer to a message, below it. A message that was deleted meanwhile is not answered: discord.js throws. */
export function messageReply(message: Message): Reply {
  let own: Message | undefined;
  return {
    async show(answer) {
      if (own) await own.edit(sendable(asEdit(answer)));
      else own = await message.reply(sendable(answer));
    },
  };
}

/** A message of its own beside the answer, for the eyes of who clicked; it can go again. */
export function asideReply(interaction: RepliableInteraction): Reply & { remove(): Promise<void> } {
  let own: Message | undefined;
  return {
    async show(answer) {
      if (own) await interaction.editReply({ ...sendable(asEdit(answer)), message: own });
      else own = await interaction.followUp({ ...sendable(answer), flags: MessageFlags.Ephemeral });
    },
    async remove() {
      if (!own) return;
      await interaction.deleteReply(own).catch((error: unknown) => {
        // The answer stands; whoever put this sentence away before does not miss it.
        if (troubleOf(error) === null) throw error;
      });
    },
  };
}

/** A sentence for one person's eyes. */
export async function whisper(interaction: RepliableInteraction, answer: DiscordMessage): Promise<void> {
  const flags = MessageFlags.Ephemeral;
  // Deferred with a new message: that message is the place for it.
  const isOwn = interaction.deferred && !interaction.replied && interaction.ephemeral !== null;
  if (isOwn) await interaction.editReply(sendable(asEdit(answer)));
  else if (interaction.deferred || interaction.replied) await interaction.followUp({ ...sendable(answer), flags });
  else await interaction.reply({ ...sendable(answer), flags });
}

/**
 * discord.js adds to the arrays that it is given: ours are for reading. And it makes a list of attachments of any list of
 * files, so that an edit with an empty one would take away what the message has.
 */
export function sendable<Answer extends DiscordMessage>(answer: Answer) {
  const { content, embeds, components, files, allowedMentions, keepsFiles, ...rest } = answer;
  return {
    ...("attachments" in rest ? { attachments: [] } : {}),
    content,
    embeds: [...embeds],
    components: [...components],
    ...(keepsFiles ? {} : { files: files.map((file) => ({ ...file })) }),
    allowedMentions: { ...allowedMentions, parse: [] },
  };
}
