import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { APIMessage } from "discord.js";

/** A poster of the project's own artwork. */
export function poster(name: string) {
  const bytes = readFileSync(resolve(import.meta.dirname, `../../../examples/posters/${name}.webp`));
  return { name: `${name}.webp`, bytes };
}

export const titled =
  (title: string) =>
  ({ embeds }: APIMessage): boolean =>
    embeds[0]?.title === title;

/** All that a message says. */
export function textOf({ content, embeds }: APIMessage): string {
  return [content, ...embeds.map(({ title, description }) => `${title} ${description}`)].join("\n");
}
