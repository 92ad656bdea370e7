import { type Json, jsonOf, listOf, textOf } from "../json.ts";
import type { Finding } from "./finding.ts";

/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits: the sum over all embeds */
const MOST_CHARACTERS = 6_000;
const VISIBLE = ["title", "description", "fields", "image", "thumbnail", "author", "footer", "video"];

/** Rules on message embeds that Discord's description of its API leaves out. */
export function embedFindings(embeds: readonly Json[]): readonly Finding[] {
  return [...lengthFindings(embeds), ...embeds.flatMap(emptyParts)];
}

function lengthFindings(embeds: readonly Json[]): readonly Finding[] {
  const characters = embeds.reduce((sum, embed) => sum + charactersOf(embed), 0);
  if (characters <= MOST_CHARACTERS) return [];
  return [{ rule: "embeds-too-long", at: "embeds", message: `${characters} characters over all embeds` }];
}

function charactersOf(embed: Json): number {
  const fields = listOf(embed["fields"]).flatMap(({ name, value }) => [name, value]);
  const parts = [
    embed["title"],
    embed["description"],
    jsonOf(embed["footer"])["text"],
    jsonOf(embed["author"])["name"],
  ];
  return [...parts, ...fields].reduce<number>((sum, part) => sum + [...textOf(part)].length, 0);
}

function emptyParts(embed: Json, i: number): readonly Finding[] {
  const isEmpty = VISIBLE.every((part) => isBlank(embed[part]));
  const blank = listOf(embed["fields"]).flatMap((field, n) =>
    ["name", "value"]
      .filter((part) => textOf(field[part]).trim() === "")
      .map((part) => ({
        rule: "blank-field",
        at: `embeds.${i}.fields.${n}.${part}`,
        message: "This field is required",
      })),
  );
  return isEmpty ? [{ rule: "empty-embed", at: `embeds.${i}`, message: "shows nothing" }, ...blank] : blank;
}

function isBlank(part: unknown): boolean {
  if (part === undefined || part === null) return true;
  if (Array.isArray(part)) return part.length === 0;
  return typeof part === "string" && part.trim() === "";
}
