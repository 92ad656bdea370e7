import {
  type Client,
  type Message,
  MessageReferenceType,
  PermissionFlagsBits,
  type PermissionResolvable,
} from "discord.js";
import type { Outcome } from "../commands/command.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import { type AttachmentFacts, picturesIn } from "./attachment.ts";
import { listensIn, settingsOf } from "./guild-settings.ts";
import { answerPictures, type DeskDeps, type Question } from "./question.ts";
import { localeFor } from "./reader.ts";
import { messageReply, sendable } from "./reply.ts";

/** Answers a message that asks for it, and a picture posted where the server lets the bot listen. @returns null for any other */
export async function onMessage(
  message: Message,
  { client, deps }: { readonly client: Client<true>; readonly deps: DeskDeps },
  signal: AbortSignal,
): Promise<Outcome | null> {
  if (message.author.bot || message.webhookId !== null || message.system) return null;
  const own = picturesIn(message);
  const call = callIn(message, client.user.id);
  const isUninvited = call === null;
  // A reply to an answer of ours is talk among people; a mention or a direct message wants something.
  if ((isUninvited || call === "reply") && own.length === 0) return null;
  const settings = await settingsOf(message.guildId, deps.backend);
  if (isUninvited && !listensIn(settings, [message.channelId, parentOf(message)])) return null;

  const say = deps.words.in(localeFor(settings, localeOf(message)));
  const lacking = lackingIn(message, client);
  if (lacking !== null) {
    if (isUninvited) return null;
    const permission = say.plain(`permission.${lacking}`);
    const sentence = sendable(presentNotice("notice.missing-permission", { permission }, say));
    // Where nothing may be written, the person is told in private.
    if (lacking === "send" || lacking === "history") await message.author.send(sentence);
    else await message.reply(sentence);
    return { outcome: `may not ${lacking}` };
  }
  const pictures = own.length > 0 ? own : await picturesAnswered(message, client);
  if (pictures.length > 0) {
    if (!isUninvited) showTyping(message);
    return await answerPictures(
      pictures,
      { question: questionOf(message, isUninvited), reply: messageReply(message), deps },
      signal,
    );
  }
  await messageReply(message).show(presentNotice("notice.no-image", {}, say));
  return { outcome: "no-image" };
}

function questionOf(message: Message, isUninvited: boolean): Question {
  const { author, guildId, channelId, channel } = message;
  const nsfw = channel.isThread() ? channel.parent?.nsfw : "nsfw" in channel && channel.nsfw;
  const isAgeRestricted = nsfw ?? false;
  const locale = localeOf(message);
  return { userId: author.id, guildId, channelId, locale, isAgeRestricted, isEphemeral: false, isUninvited };
}

/** A message does not tell its author's language; the server's is the best there is. */
function localeOf({ guild }: Message): string {
  return guild?.preferredLocale ?? "en";
}

/** Only a sign, with a rate limit of its own: the answer neither waits for it nor fails with it. */
function showTyping({ channel }: Message): void {
  if (channel.isSendable()) channel.sendTyping().catch(() => {});
}

/** How the message asks for the bot; null when it does not. */
export function callIn(
  { guildId, mentions, reference, content }: Message,
  botId: string,
): "dm" | "mention" | "reply" | null {
  if (guildId === null) return "dm";
  // A reply mentions its author as well: only a mention in the text is one of ours then.
  const isNamed = mentions.users.has(botId) && (reference === null || new RegExp(`<@!?${botId}>`).test(content));
  if (isNamed) return "mention";
  return mentions.repliedUser?.id === botId ? "reply" : null;
}

/** "@opfind" in reply to somebody's picture asks about that picture. */
async function picturesAnswered(message: Message, client: Client<true>): Promise<readonly AttachmentFacts[]> {
  // A forwarded message carries its pictures itself, and may come from where the bot cannot look.
  if (!message.reference?.messageId || message.reference.type === MessageReferenceType.Forward) return [];
  const answered = await message.fetchReference();
  // What stands below an answer of ours was drawn by us.
  return answered.author.id === client.user.id ? [] : picturesIn(answered);
}

const NEEDED = [
  ["send", PermissionFlagsBits.SendMessages],
  ["history", PermissionFlagsBits.ReadMessageHistory],
  ["embed", PermissionFlagsBits.EmbedLinks],
  ["attach", PermissionFlagsBits.AttachFiles],
] as const satisfies readonly (readonly [string, PermissionResolvable])[];

/** The first permission that an answer needs here and the bot lacks: a reply needs the history, candidates a picture. */
function lackingIn({ channel }: Message, client: Client<true>): (typeof NEEDED)[number][0] | null {
  if (channel.isDMBased()) return null;
  const permissions = channel.permissionsFor(client.user);
  if (!permissions) return null;
  const needed = channel.isThread()
    ? NEEDED.map(([name, flag]) => [name, name === "send" ? PermissionFlagsBits.SendMessagesInThreads : flag] as const)
    : NEEDED;
  return needed.find(([, flag]) => !permissions.has(flag))?.[0] ?? null;
}

function parentOf({ channel }: Message): string | null {
  return "parentId" in channel ? channel.parentId : null;
}
