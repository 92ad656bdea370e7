import { expect, test } from "vitest";
import { drawing } from "../../support/images.ts";
import { discordForTest } from "../support/discord-for-test.ts";
import { smallBot } from "./small-bot.ts";

const embeds = [{ title: "page 2", image: { url: "attachment://sheet.png" } }];
const allowedMentions = { parse: [], repliedUser: false } as const;

/** A bot's message with a picture in its embed. */
async function shown() {
  const discord = await discordForTest();
  const bot = await smallBot(discord);
  const channel = await bot.channels.fetch(discord.channelId("general"));
  if (!channel?.isSendable()) throw new RangeError("#general is gone");
  const file = { attachment: await drawing(60, 86, 1).png().toBuffer(), name: "sheet.png" };
  return { discord, message: await channel.send({ embeds, files: [file], allowedMentions }) };
}

test("an edit that says nothing about attachments keeps the picture that its embed shows", async () => {
  const { discord, message } = await shown();
  await message.edit({ embeds, allowedMentions });
  expect(discord.message(message.id)?.attachments.map(({ filename }) => filename)).toEqual(["sheet.png"]);
});

test("an edit that takes the picture away and shows it still is refused", async () => {
  const { discord, message } = await shown();
  await expect(message.edit({ embeds, files: [], allowedMentions })).rejects.toThrow("Invalid Form Body");
  expect(discord.takeViolations().map(({ rule }) => rule)).toEqual(["dangling-attachment"]);
  await message.edit({ content: "gone", embeds: [], attachments: [], allowedMentions });
  await expect(message.edit({ embeds, allowedMentions })).rejects.toThrow("Invalid Form Body");
});
