import { type ChatInputCommandInteraction, type Interaction, SlashCommandBuilder } from "discord.js";
import { describe, expect, test } from "vitest";
import type { LocalDiscord } from "../support/discord.ts";
import { discordForTest } from "../support/discord-for-test.ts";
import { Inbox } from "./inbox.ts";
import { smallBot } from "./small-bot.ts";

const COMMANDS = [new SlashCommandBuilder().setName("ask").setDescription("Ask").toJSON()];
const LATE_MS = 3_001;
const QUARTER_MS = 15 * 60_000 + 1;

/** A bot that leaves each interaction to the test. */
async function questions(discord: LocalDiscord): Promise<() => Promise<ChatInputCommandInteraction>> {
  const arrived = new Inbox<Interaction>();
  await smallBot(discord, { commands: COMMANDS, onInteraction: async (interaction) => arrived.put(interaction) });
  return async () => {
    const interaction = await arrived.next();
    if (!interaction.isChatInputCommand()) throw new TypeError("only /ask is asked here");
    return interaction;
  };
}

describe("an interaction", () => {
  test("that is answered after 3 s is unknown", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    const asked = await discord.as("alice", "general").slash("ask");
    const interaction = await next();
    asked.age(LATE_MS);
    await expect(interaction.deferReply()).rejects.toMatchObject({ code: 10062 });
  });

  test("is acknowledged once", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    await discord.as("alice", "general").slash("ask");
    const { id, token, client } = await next();
    const callback = () =>
      client.rest.post(`/interactions/${id}/${token}/callback`, { body: { type: 5 }, auth: false });
    await callback();
    await expect(callback()).rejects.toMatchObject({ code: 40060 });
  });

  test("loses its token after 15 min", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    const asked = await discord.as("alice", "general").slash("ask");
    const interaction = await next();
    await interaction.deferReply();
    asked.age(QUARTER_MS);
    await expect(interaction.editReply("late")).rejects.toMatchObject({ code: 50027 });
    await expect(interaction.followUp("later")).rejects.toMatchObject({ code: 50027 });
  });

  test("cannot be followed up before it is acknowledged", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    await discord.as("alice", "general").slash("ask");
    const { token, client } = await next();
    const body = { content: "x", allowed_mentions: { parse: [] } };
    const early = client.rest.post(`/webhooks/${discord.botId}/${token}`, { body, auth: false });
    await expect(early).rejects.toMatchObject({ code: 10015 });
  });

  test("is timed from its delivery to the first acknowledgement", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    const asked = await discord.as("alice", "general").slash("ask");
    expect(discord.interactions.latenciesMs()).toEqual([]);
    const interaction = await next();
    const response = await interaction.deferReply({ withResponse: true });
    expect(response.interaction.responseMessageLoading).toBe(true);
    expect(discord.interactions.latenciesMs()).toEqual([await asked.latencyMs()]);
  });

  test("of the deferred kind gives its place to the first follow-up", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    const asked = await discord.as("alice", "general").slash("ask");
    const interaction = await next();
    await interaction.deferReply();
    await interaction.followUp("first");
    await interaction.editReply("edited");
    expect((await asked.reply()).content).toBe("edited");
    expect(discord.messages("general")).toHaveLength(1);
  });

  test("answers with the message when asked to", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    await discord.as("alice", "general").slash("ask");
    const { resource } = await (await next()).reply({ content: "here", withResponse: true });
    expect(resource?.message?.content).toBe("here");
  });
});

describe("Discord in trouble", () => {
  test("limits a route, and discord.js comes again", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    const asked = await discord.as("alice", "general").slash("ask");
    const interaction = await next();
    await interaction.deferReply();
    discord.faults.add({ method: "PATCH", path: /@original$/, status: 429, times: 2, retryAfterS: 0.05 });
    await interaction.editReply("through");
    expect((await asked.reply()).content).toBe("through");
    expect(discord.journal.sent("PATCH", /@original$/).map(({ status }) => status)).toEqual([429, 429, 200]);
  });

  test("fails for a moment, and discord.js comes again", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    const asked = await discord.as("alice", "general").slash("ask");
    const interaction = await next();
    await interaction.deferReply();
    discord.faults.add({ path: /@original$/, status: 503, times: 1 });
    await interaction.editReply("through");
    expect((await asked.reply()).content).toBe("through");
  });

  test("fails for good, and the bot hears of it", async () => {
    const discord = await discordForTest();
    const next = await questions(discord);
    await discord.as("alice", "general").slash("ask");
    discord.faults.add({ path: /callback$/, status: 500, times: 10 });
    await expect((await next()).deferReply()).rejects.toMatchObject({ status: 500 });
  });
});
