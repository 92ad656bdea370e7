import { type Client, type Message, PermissionFlagsBits, type PermissionResolvable } from "discord.js";
import type { Outcome } from "../commands/command.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import { type AttachmentFacts, picturesAmong } from "./attachment.ts";
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
  const own = picturesAmong(message.attachments.values());
  const isAsked = isMeant(message, client.user.id);
  const isUninvited = isAsked === null;
  if (isUninvited && own.length === 0) return null;
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
  const pictures = own.length > 0 || isUninvited ? own : await picturesAnswered(message);
  if (pictures.length > 0) {
    if (!isUninvited && message.channel.isSendable()) await message.channel.sendTyping();
    return await answerPictures(
      pictures,
      { question: questionOf(message, isUninvited), reply: messageReply(message), deps },
      signal,
    );
  }
  // A reply to an answer of ours is talk among people; a mention or a direct message wants something.
  if (isAsked === "reply") return null;
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

/** How the message asks for the bot; null when it does not. */
function isMeant({ guildId, mentions, reference, content }: Message, botId: string): "dm" | "mention" | "reply" | null {
  if (guildId === null) return "dm";
  // A reply mentions its author as well: only a mention in the text is one of ours then.
  const isNamed = mentions.users.has(botId) && (reference === null || new RegExp(`<@!?${botId}>`).test(content));
  if (isNamed) return "mention";
  return mentions.repliedUser?.id === botId ? "reply" : null;
}

/** "@opfind" in reply to somebody's picture asks about that picture. */
async function picturesAnswered(message: Message): Promise<readonly AttachmentFacts[]> {
  if (message.reference?.messageId === undefined) return [];
  const answered = await message.fetchReference();
  return picturesAmong(answered.attachments.values());
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
