import { z } from "zod";
import { hosts, url, variable } from "./variable.ts";

/** An id of Discord's. */
const snowflake = z.string().regex(/^\d{15,20}$/);

function limit(usual: number, of: string) {
  const schema = z.coerce.number().int().min(1).max(100_000).default(usual);
  return variable(schema, `how many ${of}, a whole number from 1`, String(usual));
}
const perMinute = (usual: number) => limit(usual, "in a minute");
const perDay = (usual: number) => limit(usual, "in a day");

/** The bot. */
export const DISCORD_SETTINGS = {
  DISCORD_TOKEN: variable(z.string().min(1).optional(), "a bot's token", "MTI3…"),
  DISCORD_API_URL: variable(
    url.default("https://discord.com/api"),
    "an http(s) URL, without the version",
    "https://discord.com/api",
  ),
  DISCORD_CDN_HOSTS: variable(
    hosts.prefault("cdn.discordapp.com,media.discordapp.net"),
    "a list of host names",
    "cdn.discordapp.com,media.discordapp.net",
  ),
  DISCORD_GUILD_ID: variable(snowflake.optional(), "the id of a server", "613425648685547541"),
  DISCORD_OWNER_IDS: variable(
    z
      .string()
      .default("")
      .transform((value) => (value === "" ? [] : value.split(",").map((id) => id.trim())))
      .refine((ids) => ids.every((id) => snowflake.safeParse(id).success)),
    "a list of ids of people",
    "53908232506183680",
  ),
  DISCORD_SHARDS: variable(
    z.union([z.literal("auto"), z.coerce.number().int().min(1).max(1_000)]).optional(),
    "auto, or a whole number from 1 to 1000",
    "auto",
  ),
  OPFIND_HEALTH_PORT: variable(z.coerce.number().int().min(0).max(65_535).optional(), "a port number", "8081"),
  OPFIND_USER_QUESTIONS: perMinute(12),
  OPFIND_GUILD_QUESTIONS: perMinute(120),
  OPFIND_USER_CONFIRMATIONS: perDay(50),
  OPFIND_GUILD_CONFIRMATIONS: perDay(500),
} as const;
