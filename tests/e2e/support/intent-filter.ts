import { type APIMessage, GatewayIntentBits } from "discord.js";
import type { Json } from "./json.ts";

/** What one session sees of a message. */
export interface Viewer {
  readonly intents: number;
  readonly botId: string;
}

export function has(intents: number, intent: GatewayIntentBits): boolean {
  return (intents & intent) !== 0;
}

/**
 * Without MESSAGE_CONTENT, what people wrote and attached arrives blank, but in DMs, in messages of the bot itself, and
 * in those that mention it or reply to it. https://docs.discord.com/developers/events/gateway#message-content-intent
 */
export function visiblePart(message: APIMessage, viewer: Viewer, isDm: boolean): Json {
  const { referenced_message: referenced, ...own } = message;
  const reference = referenced === undefined ? {} : { referenced_message: referencedPart(referenced, viewer, isDm) };
  if (isReadable(message, viewer, isDm)) return { ...own, ...reference };
  return { ...own, ...reference, content: "", attachments: [], embeds: [], components: [] };
}

function referencedPart(referenced: APIMessage | null, viewer: Viewer, isDm: boolean): Json | null {
  return referenced === null ? null : visiblePart(referenced, viewer, isDm);
}

function isReadable(message: APIMessage, { intents, botId }: Viewer, isDm: boolean): boolean {
  if (isDm || has(intents, GatewayIntentBits.MessageContent)) return true;
  const isToBot = message.mentions.some(({ id }) => id === botId) || message.referenced_message?.author.id === botId;
  return message.author.id === botId || isToBot;
}
