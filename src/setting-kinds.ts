import { z } from "zod";

// What settings are made of.

export const url = z.url({ protocol: /^https?$/ });
export const flag = z.enum(["0", "1", "true", "false"]).transform((value) => value === "1" || value === "true");

/** A number with its bounds; what it is without being set is an example, too. */
export function whole(least: number, most: number, usual: number) {
  const schema = z.coerce.number().int().min(least).max(most).default(usual);
  return { schema, shape: `a whole number from ${least} to ${most}`, example: String(usual) };
}
