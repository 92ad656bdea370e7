import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type Attachment,
  type ChatInputCommandInteraction,
} from "discord.js";
import { describedIn } from "../presenters/discord/command-words.ts";
import type { Words } from "../presenters/discord/words.ts";
import type { Outcome, SlashCommand } from "./command.ts";
import { readTitle, type Suggest, suggestTitles, type TitleWish, titleOption } from "./title-option.ts";
import { EVERYWHERE } from "./where.ts";

interface OpfindDeps {
  readonly words: Words;
  readonly suggest: Suggest;
  readonly askPicture: (
    poster: Attachment,
    interaction: ChatInputCommandInteraction,
    signal: AbortSignal,
  ) => Promise<Outcome>;
  readonly askTitle: (
    title: TitleWish,
    interaction: ChatInputCommandInteraction,
    signal: AbortSignal,
  ) => Promise<Outcome>;
  /** neither a picture nor a title was given */
  readonly askBack: (interaction: ChatInputCommandInteraction) => Promise<Outcome>;
}

/** `/opfind poster:… | title:…`: the anime and its songs. */
export function opfindCommand({ words, suggest, askPicture, askTitle, askBack }: OpfindDeps): SlashCommand {
  return {
    definition: opfindDefinition(words),
    async run(interaction, signal) {
      await interaction.deferReply();
      const poster = interaction.options.getAttachment("poster");
      if (poster) return await askPicture(poster, interaction, signal);
      const title = interaction.options.getString("title");
      return title ? await askTitle(readTitle(title), interaction, signal) : await askBack(interaction);
    },
    complete: (interaction, signal) => suggestTitles(interaction, { suggest, words }, signal),
  };
}

export function opfindDefinition(words: Words): SlashCommand["definition"] {
  return {
    ...describedIn(words, "opfind"),
    ...EVERYWHERE,
    type: ApplicationCommandType.ChatInput,
    options: [
      {
        ...describedIn(words, "opfind-poster"),
        type: ApplicationCommandOptionType.Attachment,
        required: false,
        // It checks the name only; the bytes are looked at in any case.
        file_types: ["image"],
      },
      titleOption(words, "opfind-title", false),
    ],
  };
}
