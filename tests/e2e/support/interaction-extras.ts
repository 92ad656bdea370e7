import { ApplicationCommandType, InteractionType, MessageFlags, MessageType } from "discord.js";
import { type BotRequest, bodyOf } from "./bot-request.ts";
import type { Entry } from "./interaction-book.ts";
import { jsonOf, numberOf } from "./json.ts";
import type { Extras } from "./message-store.ts";

/** What a message that answers an interaction carries besides its text. */
export function extrasOf(entry: Entry, isEphemeral: boolean): Extras {
  const owners = entry.isUserInstall ? { 1: entry.person.id } : { 0: entry.channel.guildId ?? "0" };
  return {
    isEphemeral,
    type: messageTypeOf(entry),
    interaction: {
      applicationId: entry.applicationId,
      metadata: { id: entry.id, type: entry.type, user: entry.user, authorizing_integration_owners: owners },
    },
  };
}

function messageTypeOf({ type, data }: Entry): MessageType {
  if (type !== InteractionType.ApplicationCommand) return MessageType.Default;
  const isSlash = data["type"] === ApplicationCommandType.ChatInput;
  return isSlash ? MessageType.ChatInputCommand : MessageType.ContextMenuCommand;
}

export function isEphemeralRequest(request: BotRequest): boolean {
  const body = bodyOf(request);
  const flags = numberOf(body["flags"]) | numberOf(jsonOf(body["data"])["flags"]);
  return (flags & MessageFlags.Ephemeral) !== 0;
}
