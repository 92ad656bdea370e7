import type { APIMessage, InteractionType } from "discord.js";
import { generateSnowflake } from "discord-digital-twin";
import { contextOf } from "./command-visibility.ts";
import type { Gateway } from "./gateway.ts";
import { channelPayload } from "./gateway-state.ts";
import type { Entry, InteractionBook } from "./interaction-book.ts";
import type { Json } from "./json.ts";
import type { TwinGateway } from "./twin-gateway.ts";
import { MOST_UPLOAD_BYTES } from "./uploads.ts";
import type { Channel, Guild, Person, World } from "./world.ts";

export interface Action {
  readonly type: InteractionType;
  readonly person: Person;
  readonly channel: Channel;
  readonly data: Json;
  /** the message that a button stands on */
  readonly message?: APIMessage | undefined;
}

export interface Desk {
  readonly world: World;
  readonly members: TwinGateway;
  readonly book: InteractionBook;
  readonly gateway: Gateway;
}

/**
 * Makes an interaction of what a person did and hands it to the bot. The twin's own simulation always says "guild",
 * without locale, permissions, owners or size limit, so interactions are ours from end to end.
 */
export function deliver(action: Action, desk: Desk): Entry {
  const { type, person, channel, data, message } = action;
  const { world, book, gateway } = desk;
  const id = generateSnowflake();
  const token = `interaction-token-${id}`;
  const guild = channel.guildId === null ? null : world.guild(channel.guildId);
  const entry: Entry = {
    id,
    token,
    applicationId: world.bot.id,
    type,
    data,
    person,
    user: world.userOf(person.id),
    channel,
    isUserInstall: guild?.isBotMember === false || channel.isPrivate,
    deliveredAt: performance.now(),
    agedMs: 0,
    acknowledgedAt: null,
    callback: null,
    originalId: message?.id ?? null,
    isOriginalEphemeral: false,
    followUpIds: [],
  };
  book.add(entry);
  gateway.interactionCreated(payloadOf(entry, action, desk), guild?.id ?? null);
  return entry;
}

function payloadOf({ id, token, type, data, person, channel }: Entry, { message }: Action, desk: Desk): Json {
  const { world } = desk;
  const guild = channel.guildId === null ? null : world.guild(channel.guildId);
  return {
    id,
    token,
    type,
    data,
    version: 1,
    application_id: world.bot.id,
    channel_id: channel.id,
    channel: channelPayload(world, channel),
    app_permissions: String(world.botPermissionsIn(channel)),
    locale: person.locale,
    entitlements: [],
    attachment_size_limit: MOST_UPLOAD_BYTES,
    ...(message ? { message } : {}),
    context: contextOf(channel),
    ...(guild ? inGuild(guild, person, desk) : outside(person, channel, world)),
  };
}

function inGuild(guild: Guild, person: Person, { world, members }: Desk): Json {
  const member = members.memberOf(guild.id, person.id);
  return {
    guild_id: guild.id,
    guild: { id: guild.id, locale: guild.locale, features: [] },
    guild_locale: guild.locale,
    member: { ...member, user: world.userOf(person.id), permissions: String(world.permissionsOf(person, guild)) },
    authorizing_integration_owners: guild.isBotMember ? { 0: guild.id } : { 1: person.id },
  };
}

function outside(person: Person, { isPrivate }: Channel, world: World): Json {
  const owners = isPrivate ? { 1: person.id } : { 0: "0" };
  return { user: world.userOf(person.id), authorizing_integration_owners: owners };
}
