import {
  ActionRowBuilder,
  ApplicationCommandType,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  ContextMenuCommandBuilder,
  EmbedBuilder,
  type Interaction,
  LabelBuilder,
  MessageFlags,
  MessageType,
  ModalBuilder,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";
import { describe, expect, test } from "vitest";
import { drawing } from "../../support/images.ts";
import { discordForTest } from "../support/discord-for-test.ts";
import { smallBot } from "./small-bot.ts";

const COMMANDS = [
  new SlashCommandBuilder()
    .setName("opfind")
    .setDescription("Find it")
    .addAttachmentOption((option) => option.setName("poster").setDescription("The poster"))
    .addStringOption((option) => option.setName("title").setDescription("The title").setAutocomplete(true))
    .toJSON(),
  new SlashCommandBuilder()
    .setName("posters")
    .setDescription("Posters")
    .setDefaultMemberPermissions(0x20n)
    .addSubcommand((sub) => sub.setName("recent").setDescription("The last ones"))
    .toJSON(),
  new ContextMenuCommandBuilder().setName("Find OP/ED").setType(ApplicationCommandType.Message).toJSON(),
];

const png = () => drawing(60, 86, 1).png().toBuffer();
const row = () =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(
    new ButtonBuilder().setCustomId("v1:pick:1").setLabel("First").setStyle(ButtonStyle.Primary),
    new ButtonBuilder().setCustomId("v1:search").setLabel("Search").setStyle(ButtonStyle.Secondary),
  );

/** Answers like a bot that finds posters, with nothing behind it. */
async function answer(interaction: Interaction): Promise<void> {
  if (interaction.isChatInputCommand() && interaction.commandName === "opfind") {
    await interaction.deferReply();
    const poster = interaction.options.getAttachment("poster", true);
    const bytes = Buffer.from(await (await fetch(poster.url)).arrayBuffer());
    const file = new AttachmentBuilder(bytes, { name: "sheet.png", description: "Three covers" });
    const embed = new EmbedBuilder().setTitle(`${poster.width}×${poster.height}`).setImage("attachment://sheet.png");
    await interaction.editReply({ embeds: [embed], components: [row()], files: [file] });
  }
  if (interaction.isChatInputCommand() && interaction.commandName === "posters") {
    const may = interaction.memberPermissions?.has("ManageGuild");
    await interaction.reply({ content: may ? "none yet" : "not for you", flags: MessageFlags.Ephemeral });
  }
  if (interaction.isAutocomplete()) {
    await interaction.respond([{ name: `${interaction.options.getFocused()}…`, value: "1" }]);
  }
  if (interaction.isMessageContextMenuCommand()) {
    await interaction.reply(`${interaction.targetMessage.attachments.size} attachments`);
  }
  if (interaction.isButton() && interaction.customId === "v1:pick:1") {
    await interaction.deferUpdate();
    await interaction.editReply({ content: "Picked", components: [] });
    await interaction.followUp({ content: "Thanks", flags: MessageFlags.Ephemeral });
  }
  if (interaction.isButton() && interaction.customId === "v1:search") {
    const input = new TextInputBuilder().setCustomId("title").setStyle(TextInputStyle.Short);
    const label = new LabelBuilder().setLabel("Title").setTextInputComponent(input);
    await interaction.showModal(
      new ModalBuilder().setCustomId("v1:title").setTitle("Search").addLabelComponents(label),
    );
  }
  if (interaction.isModalSubmit()) {
    const options = [{ label: interaction.fields.getTextInputValue("title"), value: "7" }];
    const menu = new StringSelectMenuBuilder()
      .setCustomId("v1:choose")
      .setPlaceholder("Which one?")
      .addOptions(options);
    const components = [new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(menu)];
    await interaction.reply({ content: "Found", components });
  }
  if (interaction.isStringSelectMenu()) await interaction.update(`Chose ${interaction.values.join()}`);
}

async function club() {
  const discord = await discordForTest();
  const client = await smallBot(discord, { onInteraction: answer, commands: COMMANDS });
  return { discord, client, alice: discord.as("alice", "general") };
}

describe("an unmodified discord.js client", () => {
  test("logs in, sees its guild, and registers commands", async () => {
    const { discord, client } = await club();
    expect(client.guilds.cache.map(({ name }) => name)).toEqual(["Anime Club"]);
    const [own] = (await client.application.commands.fetch()).values();
    expect(own?.name).toBe("opfind");
    expect(client.channels.cache.get(discord.channelId("late-night"))).toMatchObject({ nsfw: true });
  });

  test("defers, downloads, and edits with embed, file and buttons", async () => {
    const { discord, alice } = await club();
    const bytes = await png();
    const asked = await alice.slash("opfind", { poster: { name: "poster.png", bytes } });
    const reply = await asked.reply();
    expect(reply.embeds[0]?.title).toBe("60×86");
    expect(reply.attachments[0]).toMatchObject({ filename: "sheet.png", description: "Three covers", width: 60 });
    expect(reply.embeds[0]?.image?.url).toBe(reply.attachments[0]?.url);
    expect(Buffer.from(discord.cdn.bytesOf(reply.attachments[0] ?? { url: "" }))).toEqual(bytes);
    expect(await asked.latencyMs()).toBeLessThan(3_000);
    expect(discord.messages("general")).toHaveLength(1);
  });

  test("updates on a click and follows up to one person", async () => {
    const { discord, alice } = await club();
    const asked = await alice.slash("opfind", { poster: { name: "poster.png", bytes: await png() } });
    const clicked = await alice.click(await asked.reply(), "First");
    const updated = await clicked.reply(({ content }) => content === "Picked");
    expect(updated.components).toEqual([]);
    expect(updated.attachments).toHaveLength(1);
    const thanks = await clicked.followUp();
    expect(thanks.flags).toBe(MessageFlags.Ephemeral);
    await expect(discord.as("bob", "general").click(thanks, "x")).rejects.toThrow("does not see");
  });

  test("opens a modal, takes it back, and offers a menu", async () => {
    const { alice } = await club();
    const asked = await alice.slash("opfind", { poster: { name: "poster.png", bytes: await png() } });
    const opened = await alice.click(await asked.reply(), "v1:search");
    expect((await opened.modal())["title"]).toBe("Search");
    const found = await (await alice.submitModal(opened, { Title: "Haikyuu" })).reply();
    const chosen = await alice.select(found, "Which one?", ["7"]);
    expect((await chosen.reply()).content).toBe("Chose 7");
  });

  test("suggests while somebody types", async () => {
    const { alice } = await club();
    const typed = await alice.autocomplete("opfind", { title: "hai" });
    expect(await typed.choices()).toEqual([{ name: "hai…", value: "1" }]);
  });

  test("checks who asks, though an administrator opened the command to all", async () => {
    const { discord, alice } = await club();
    await expect(alice.slash("posters recent")).rejects.toThrow("default permissions");
    const asked = await alice.slash("posters recent", {}, { isOpenedToAll: true });
    expect((await asked.reply()).content).toBe("not for you");
    const moderator = await discord.as("mod", "general").slash("posters recent");
    expect((await moderator.reply()).content).toBe("none yet");
  });

  test("reads a context menu's message whole without the message-content intent", async () => {
    const discord = await discordForTest();
    await smallBot(discord, { intents: [1], onInteraction: answer, commands: COMMANDS });
    const alice = discord.as("alice", "general");
    const message = await alice.sendMessage({ attachments: [{ name: "a.png", bytes: await png() }] });
    const asked = await alice.messageMenu("Find OP/ED", message);
    expect(await asked.reply()).toMatchObject({ content: "1 attachments", type: MessageType.ContextMenuCommand });
  });
});
