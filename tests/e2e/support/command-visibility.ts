import { ApplicationIntegrationType, InteractionContextType } from "discord.js";
import { type Json, textOf } from "./json.ts";
import type { Channel, Guild } from "./world.ts";

export interface Place {
  readonly channel: Channel;
  readonly guild: Guild | null;
  /** of the person, null where they do not matter */
  readonly permissions: bigint | null;
}

/** Discord's client does not offer a command where its definition forbids it: a test must not use it there either. */
export function refuseInvisible(command: Json, { channel, guild, permissions }: Place): void {
  const name = textOf(command["name"]);
  const refuse = (why: string) => {
    throw new RangeError(`Discord does not show "${name}" in ${channel.name}: ${why}`);
  };
  const context = contextOf(channel);
  const install = guild?.isBotMember === false || channel.isPrivate ? ApplicationIntegrationType.UserInstall : null;
  const { contexts, integration_types: installs, default_member_permissions: needed } = command;
  if (Array.isArray(contexts) && !contexts.includes(context)) refuse("its contexts leave it out");
  if (install !== null && !(Array.isArray(installs) && installs.includes(install)))
    refuse("it is not user-installable");
  const bits = BigInt(typeof needed === "string" ? needed : 0);
  if (permissions !== null && (bits & ~permissions) !== 0n) refuse("its default permissions");
  if (command["nsfw"] === true && guild && !channel.isAgeRestricted) refuse("it is age-restricted");
}

export function contextOf({ guildId, isPrivate }: Channel): InteractionContextType {
  if (guildId !== null) return InteractionContextType.Guild;
  return isPrivate ? InteractionContextType.PrivateChannel : InteractionContextType.BotDM;
}
