import { z } from "zod";
import type { GuildSettingsView } from "../presenters/discord/guild-settings.ts";
import type { Backend } from "./backend.ts";

/** What a server decided. */
export type GuildSettings = Omit<GuildSettingsView, "seesAllMessages">;

/** Read with defaults for every part: settings of an earlier version stay valid. */
const SETTINGS = z.object({
  listen: z.enum(["everywhere", "channels", "off"]).default("everywhere"),
  channels: z.array(z.string().regex(/^\d{1,20}$/)).default([]),
  language: z.enum(["auto", "en", "ja"]).default("auto"),
  titles: z.enum(["romaji", "english", "native"]).default("romaji"),
  spoilers: z.enum(["hide", "show", "omit"]).default("hide"),
  confirm: z.enum(["asker", "moderators", "everyone"]).default("asker"),
  isApprovalNeeded: z.boolean().default(false),
});

/** Direct messages and servers that decided nothing. */
export const DEFAULT_SETTINGS: GuildSettings = SETTINGS.parse({});

export async function settingsOf(
  guildId: string | null,
  { readSettings }: Pick<Backend, "readSettings">,
): Promise<GuildSettings> {
  const stored = guildId === null ? null : await readSettings(guildId);
  return stored === null ? DEFAULT_SETTINGS : SETTINGS.parse(JSON.parse(stored));
}

export async function changeSettings(
  guildId: string,
  /** as they were typed; what a setting cannot be is refused */
  changes: Readonly<Record<string, unknown>>,
  backend: Pick<Backend, "readSettings" | "writeSettings">,
): Promise<GuildSettings> {
  const changed = SETTINGS.parse({ ...(await settingsOf(guildId, backend)), ...changes });
  await backend.writeSettings(guildId, JSON.stringify(changed));
  return changed;
}

/** Does the bot answer uninvited in this channel? A thread follows its channel. */
export function listensIn({ listen, channels }: GuildSettings, channelIds: readonly (string | null)[]): boolean {
  if (listen === "channels") return channelIds.some((id) => id !== null && channels.includes(id));
  return listen === "everywhere";
}
