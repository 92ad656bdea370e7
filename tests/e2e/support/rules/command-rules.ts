import { ApplicationCommandOptionType, ApplicationCommandType, Locale } from "discord.js";
import { type Json, jsonOf, listOf, textOf } from "../json.ts";
import type { Finding } from "./finding.ts";

/** https://docs.discord.com/developers/interactions/application-commands */
const MOST_OF_TYPE: Readonly<Record<number, number>> = {
  [ApplicationCommandType.ChatInput]: 100,
  [ApplicationCommandType.User]: 15,
  [ApplicationCommandType.Message]: 15,
};
const MOST_CHARACTERS = 8_000;
const NAME = /^[-_'\p{L}\p{N}\p{sc=Devanagari}\p{sc=Thai}]{1,32}$/u;
const LOCALES = new Set<string>(Object.values(Locale));

/** Rules on command definitions that Discord's description of its API leaves out. */
export function commandFindings(commands: readonly Json[]): readonly Finding[] {
  return [...crowds(commands), ...repeatedNames(commands, ""), ...commands.flatMap(oneCommand)];
}

function typeOf(command: Json): number {
  return typeof command["type"] === "number" ? command["type"] : ApplicationCommandType.ChatInput;
}

function crowds(commands: readonly Json[]): readonly Finding[] {
  return Object.entries(MOST_OF_TYPE).flatMap(([type, most]) => {
    const { length } = commands.filter((command) => typeOf(command) === Number(type));
    return length > most ? [finding("too-many-commands", "", `${length} of type ${type}`)] : [];
  });
}

function repeatedNames(list: readonly Json[], at: string): readonly Finding[] {
  const names = list.map((entry) => `${entry["type"] ?? 1} ${textOf(entry["name"])}`);
  return new Set(names).size < names.length ? [finding("repeated-name", at, names.join(", "))] : [];
}

function oneCommand(command: Json, i: number): readonly Finding[] {
  const at = String(i);
  const isSlash = typeOf(command) === ApplicationCommandType.ChatInput;
  const described = textOf(command["description"]) !== "";
  const characters = charactersOf(command);
  return [
    ...(described === isSlash ? [] : [finding("description", at, "slash commands have one, menu entries have none")]),
    ...(isSlash ? slashNames(command, at) : []),
    ...localeFindings(command, at),
    ...optionFindings(command, at),
    ...(characters > MOST_CHARACTERS ? [finding("command-too-long", at, `${characters} characters`)] : []),
  ];
}

function slashNames(entry: Json, at: string): readonly Finding[] {
  const names = [textOf(entry["name"]), ...Object.values(jsonOf(entry["name_localizations"])).map(textOf)];
  return names
    .filter((name) => !NAME.test(name) || name !== name.toLowerCase())
    .map((name) => finding("name", at, `"${name}" is no name for a slash command or an option`));
}

function localeFindings(entry: Json, at: string): readonly Finding[] {
  const used = ["name_localizations", "description_localizations"].flatMap((key) => Object.keys(jsonOf(entry[key])));
  return used
    .filter((locale) => !LOCALES.has(locale))
    .map((locale) => finding("locale", at, `Discord knows no locale "${locale}"`));
}

function optionFindings(entry: Json, at: string): readonly Finding[] {
  const options = listOf(entry["options"]);
  const isParent = ({ type }: Json) => type === ApplicationCommandOptionType.Subcommand || type === 2;
  const required = options.filter((option) => !isParent(option)).map((option) => option["required"] === true);
  const isLate = required.lastIndexOf(true) > required.indexOf(false) && required.includes(false);
  return [
    ...(isLate ? [finding("required-after-optional", at, "required options come first")] : []),
    ...repeatedNames(
      options.map(({ name }) => ({ name })),
      at,
    ),
    ...options.flatMap((option, n) => {
      const inside = `${at}.options.${n}`;
      return [...slashNames(option, inside), ...localeFindings(option, inside), ...optionFindings(option, inside)];
    }),
  ];
}

/** Names, descriptions and values of a command and all below it; of translations, the longest counts. */
function charactersOf(entry: Json): number {
  const longest = (key: string) => {
    const texts = [entry[key], ...Object.values(jsonOf(entry[`${key}_localizations`]))].map(textOf);
    return Math.max(...texts.map(({ length }) => length));
  };
  const below = [...listOf(entry["options"]), ...listOf(entry["choices"])];
  const own = longest("name") + longest("description") + textOf(entry["value"]).length;
  return below.reduce((sum, option) => sum + charactersOf(option), own);
}

function finding(rule: string, at: string, message: string): Finding {
  return { rule, at, message };
}
