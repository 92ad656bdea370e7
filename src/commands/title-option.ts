import { ApplicationCommandOptionType, type AutocompleteInteraction } from "discord.js";
import type { Anime } from "../domain/anime.ts";
import { type DescribedPart, describedIn } from "../presenters/discord/command-words.ts";
import { titleChoices } from "../presenters/discord/title-search.ts";
import type { Words } from "../presenters/discord/words.ts";

/** Titles like this one, from what is on this machine. */
export type Suggest = (text: string, limit: number, signal: AbortSignal) => Promise<readonly Anime[]>;

export type TitleWish = { readonly text: string } | { readonly anilistId: number };

const MOST_CHOICES = 25;
/** Marks a suggestion that was chosen: an anime may be called "86". */
const CHOSEN = "anilist:";

export function titleOption(words: Words, part: DescribedPart, isRequired: boolean) {
  const type: ApplicationCommandOptionType.String = ApplicationCommandOptionType.String;
  return { ...describedIn(words, part), type, autocomplete: true as const, required: isRequired, max_length: 200 };
}

export async function suggestTitles(
  interaction: AutocompleteInteraction,
  { suggest, words }: { readonly suggest: Suggest; readonly words: Words },
  signal: AbortSignal,
): Promise<void> {
  const text = interaction.options.getFocused().trim();
  const found = text === "" ? [] : await suggest(text, MOST_CHOICES, signal);
  const choices = titleChoices(found, { say: words.in(interaction.locale), titleStyle: "romaji" });
  await interaction.respond(choices.map(({ name, value }) => ({ name, value: `${CHOSEN}${value}` })));
}

export function readTitle(written: string): TitleWish {
  const chosen = new RegExp(`^${CHOSEN}(\\d{1,9})$`).exec(written)?.[1];
  return chosen === undefined ? { text: written } : { anilistId: Number(chosen) };
}
