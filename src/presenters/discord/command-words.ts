import type { LocalizationMap } from "discord.js";
import type { WordKey, Words } from "./words.ts";

/** Everything that has a name in Discord's command menu: commands, subcommands, options. */
export type CommandPart = WordKey extends infer Key ? (Key extends `command.${infer Part}.name` ? Part : never) : never;

/** Those that also have a description; entries of context menus have none. */
export type DescribedPart = WordKey extends infer Key
  ? Key extends `command.${infer Part}.description`
    ? Part
    : never
  : never;

/** Name and description of a slash command, subcommand or option, in every language. */
export function describedIn(words: Words, part: DescribedPart) {
  const description = words.everywhere(`command.${part}.description`);
  return {
    ...namedIn(words, part),
    description: description.text,
    description_localizations: description.localizations,
  };
}

export function namedIn(
  words: Words,
  part: CommandPart,
): { readonly name: string; readonly name_localizations: LocalizationMap } {
  const { text, localizations } = words.everywhere(`command.${part}.name`);
  return { name: text, name_localizations: localizations };
}

/** One choice of an option, in every language: `choiceIn(words, "choices.spoilers.hide", "hide")`. */
export function choiceIn(words: Words, key: Extract<WordKey, `choices.${string}`>, value: string) {
  const { text, localizations } = words.everywhere(key);
  return { name: text, name_localizations: localizations, value };
}
