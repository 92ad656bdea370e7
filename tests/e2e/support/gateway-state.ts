import { ApplicationFlags, ChannelType } from "discord.js";
import { type Json, listOf, textOf } from "./json.ts";
import { type Channel, EVERYBODY, type World } from "./world.ts";

/** A channel as Discord describes it; the twin knows neither age restriction nor overwrites. */
export function channelPayload(world: World, channel: Channel): Json {
  if (channel.isPrivate) return { id: channel.id, type: ChannelType.GroupDM, flags: 0, recipients: [] };
  if (channel.recipient) {
    const recipients = [world.userOf(channel.recipient.id)];
    return { id: channel.id, type: ChannelType.DM, flags: 0, last_message_id: null, recipients };
  }
  const denied = world.deniedIn(channel);
  const overwrite = { id: world.bot.id, type: 1, allow: "0", deny: String(denied) };
  return {
    id: channel.id,
    type: ChannelType.GuildText,
    guild_id: channel.guildId,
    name: channel.name,
    topic: null,
    parent_id: null,
    position: 0,
    last_message_id: null,
    rate_limit_per_user: 0,
    flags: 0,
    nsfw: channel.isAgeRestricted,
    permission_overwrites: denied === 0n ? [] : [overwrite],
  };
}

/** The twin's guild with our channels and permissions. */
export function guildPayload(world: World, twins: Json): Json {
  const guild = world.guild(textOf(twins["id"]));
  return {
    ...twins,
    preferred_locale: guild.locale,
    channels: guild.channels.map((channel) => channelPayload(world, channel)),
    roles: listOf(twins["roles"]).map((role) => ({
      ...role,
      colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
      ...(role["id"] === guild.id ? { permissions: String(EVERYBODY) } : {}),
    })),
  };
}

export interface ReadyState {
  readonly sessionId: string;
  readonly shard: readonly [number, number];
  readonly guildIds: readonly string[];
  readonly url: string;
  readonly mayReadContent: boolean;
}

export function readyPayload(world: World, { sessionId, shard, guildIds, url, mayReadContent }: ReadyState): Json {
  return {
    v: 10,
    user: { ...world.userOf(world.bot.id), verified: true, mfa_enabled: false, email: null },
    guilds: guildIds.map((id) => ({ id, unavailable: true })),
    session_id: sessionId,
    resume_gateway_url: url,
    shard,
    application: { id: world.bot.id, flags: applicationFlags(mayReadContent) },
  };
}

/** What the developer portal was told: bots in fewer than 100 servers have the "limited" flag. */
export function applicationFlags(mayReadContent: boolean): number {
  return mayReadContent ? ApplicationFlags.GatewayMessageContentLimited : 0;
}
