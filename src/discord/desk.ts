import type { Attachment, ChatInputCommandInteraction, Message, RepliableInteraction } from "discord.js";
import type { Outcome } from "../commands/command.ts";
import type { TitleWish } from "../commands/title-option.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import { picturesIn } from "./attachment.ts";
import { isAgeRestricted } from "./click.ts";
import { answerPictures, type DeskDeps, type Question } from "./question.ts";
import { interactionReply } from "./reply.ts";
import { answerTitle } from "./song-question.ts";

/** Questions that come as commands. Their answers are deferred already. */
export function openDesk(deps: DeskDeps) {
  return {
    askPicture: (poster: Attachment, interaction: ChatInputCommandInteraction, signal: AbortSignal) =>
      answerPictures(
        [poster],
        { question: questionOf(interaction), reply: interactionReply(interaction), deps },
        signal,
      ),

    askTitle: (title: TitleWish, interaction: ChatInputCommandInteraction, signal: AbortSignal) =>
      answerTitle(title, { question: questionOf(interaction), reply: interactionReply(interaction), deps }, signal),

    askBack: (interaction: RepliableInteraction) => noImage(interaction, deps),

    async askMessage(message: Message, interaction: RepliableInteraction, signal: AbortSignal): Promise<Outcome> {
      const pictures = picturesIn(message);
      if (pictures.length === 0) return await noImage(interaction, deps);
      const question = questionOf(interaction);
      return await answerPictures(pictures, { question, reply: interactionReply(interaction), deps }, signal);
    },
  };
}

function questionOf(interaction: RepliableInteraction): Question {
  const { user, guildId, channelId, locale, ephemeral } = interaction;
  return {
    userId: user.id,
    guildId,
    channelId,
    locale,
    isAgeRestricted: isAgeRestricted(interaction),
    isEphemeral: ephemeral === true,
    isUninvited: false,
  };
}

async function noImage(interaction: RepliableInteraction, { words }: DeskDeps): Promise<Outcome> {
  await interactionReply(interaction).show(presentNotice("notice.no-image", {}, words.in(interaction.locale)));
  return { outcome: "no-image" };
}
