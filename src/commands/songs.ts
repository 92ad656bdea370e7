import { ApplicationCommandType, type ChatInputCommandInteraction } from "discord.js";
import { describedIn } from "../presenters/discord/command-words.ts";
import type { Words } from "../presenters/discord/words.ts";
import type { Outcome, SlashCommand } from "./command.ts";
import { readTitle, type Suggest, suggestTitles, type TitleWish, titleOption } from "./title-option.ts";
import { EVERYWHERE } from "./where.ts";

interface SongsDeps {
  readonly words: Words;
  readonly suggest: Suggest;
  readonly askTitle: (
    title: TitleWish,
    interaction: ChatInputCommandInteraction,
    signal: AbortSignal,
  ) => Promise<Outcome>;
}

/** `/songs title:…`: every opening and ending of a franchise. */
export function songsCommand({ words, suggest, askTitle }: SongsDeps): SlashCommand {
  return {
    definition: songsDefinition(words),
    async run(interaction, signal) {
      await interaction.deferReply();
      return await askTitle(readTitle(interaction.options.getString("title", true)), interaction, signal);
    },
    complete: (interaction, signal) => suggestTitles(interaction, { suggest, words }, signal),
  };
}

export function songsDefinition(words: Words): SlashCommand["definition"] {
  return {
    ...describedIn(words, "songs"),
    ...EVERYWHERE,
    type: ApplicationCommandType.ChatInput,
    options: [titleOption(words, "songs-title", true)],
  };
}
