import {
  ApplicationIntegrationType,
  type Interaction,
  InteractionContextType,
  Locale,
  SlashCommandBuilder,
} from "discord.js";
import { MessageResponseSchema } from "discord-api-spec/zod";
import { describe, expect, test } from "vitest";
import { drawing } from "../../support/images.ts";
import { discordForTest } from "../support/discord-for-test.ts";
import { smallBot } from "./small-bot.ts";

const COMMANDS = [
  new SlashCommandBuilder()
    .setName("where")
    .setDescription("Where am I?")
    .setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
    .setIntegrationTypes(ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall)
    .toJSON(),
  new SlashCommandBuilder()
    .setName("settings")
    .setDescription("Settings")
    .setContexts(InteractionContextType.Guild)
    .toJSON(),
];

const PLAN = {
  people: ["alice", { name: "yuki", locale: Locale.Japanese }],
  guilds: [
    { name: "Anime Club", channels: ["general", { name: "late-night", isAgeRestricted: true }] },
    { name: "Elsewhere", channels: ["general", "lobby"], isBotMember: false },
  ],
};

/** Tells where it was asked, as far as a bot can know. */
async function tell(interaction: Interaction): Promise<void> {
  if (!interaction.isChatInputCommand()) return;
  const { channel, guild, guildId, context, locale, authorizingIntegrationOwners: owners } = interaction;
  const isAgeRestricted = channel && "nsfw" in channel ? channel.nsfw : null;
  const facts = { isInGuild: guildId !== null, isMember: guild !== null, context, locale, isAgeRestricted, owners };
  await interaction.reply(JSON.stringify(facts));
  if (interaction.context !== InteractionContextType.Guild || guild) return;
  for (let n = 1; n <= 5; n++) await interaction.followUp(`${n}`);
  await interaction.followUp("6").catch((error: unknown) => interaction.editReply(String(error)));
}

async function deferAndTell(interaction: Interaction): Promise<void> {
  if (!interaction.isChatInputCommand()) return;
  await interaction.deferReply();
  await interaction.editReply(interaction.id);
}

async function askedIn(person: string, channel: string) {
  const discord = await discordForTest(PLAN);
  await smallBot(discord, { commands: COMMANDS, onInteraction: tell });
  const asked = await discord.as(person, channel).slash("where");
  return { discord, asked, facts: JSON.parse((await asked.reply()).content) };
}

describe("a command", () => {
  test("in an age-restricted channel says so", async () => {
    const { facts } = await askedIn("alice", "late-night");
    expect(facts).toMatchObject({ isInGuild: true, isMember: true, isAgeRestricted: true, context: 0 });
  });

  test("in a DM knows the person's language", async () => {
    const { facts } = await askedIn("yuki", "@yuki");
    expect(facts).toMatchObject({ isInGuild: false, context: 1, locale: "ja", owners: { 0: "0" } });
  });

  test("of a user-installed app works where the bot is no member, with five follow-ups", async () => {
    const { discord, asked, facts } = await askedIn("alice", "lobby");
    expect(facts).toMatchObject({ isInGuild: true, isMember: false, owners: { 1: asked.entry.person.id } });
    expect((await asked.reply(({ content }) => content.includes("maximum number of follow-up"))).content).toBeTruthy();
    expect(discord.messages("lobby")).toHaveLength(6);
  });

  test("is not offered where its definition leaves it out", async () => {
    const discord = await discordForTest(PLAN);
    await smallBot(discord, { commands: COMMANDS });
    await expect(discord.as("alice", "@alice").slash("settings")).rejects.toThrow("its contexts leave it out");
    await expect(discord.as("alice", "lobby").slash("settings")).rejects.toThrow("not user-installable");
    await expect(discord.as("alice", "general").slash("nothing")).rejects.toThrow("no command");
  });

  test("can be asked two hundred times at once", async () => {
    const discord = await discordForTest(PLAN);
    await smallBot(discord, { commands: COMMANDS, onInteraction: deferAndTell });
    const alice = discord.as("alice", "general");
    const asked = await Promise.all(Array.from({ length: 200 }, () => alice.slash("where")));
    // How fast this machine is at the moment is not the question here.
    for (const one of asked) one.age(-60_000);
    await Promise.all(asked.map((one) => one.reply(() => true, 50_000)));
    expect(discord.interactions.latenciesMs()).toHaveLength(200);
    expect(new Set(discord.messages("general").map(({ content }) => content)).size).toBe(200);
  });
});

describe("the messages that this Discord makes", () => {
  test("have Discord's own shape", async () => {
    const { discord } = await askedIn("alice", "general");
    const alice = discord.as("alice", "general");
    const bytes = await drawing(60, 86, 1).png().toBuffer();
    const sent = await alice.sendMessage({ content: "x", attachments: [{ name: "a.png", bytes }] });
    await alice.sendMessage({ content: "y", replyTo: sent });
    for (const message of discord.messages("general")) {
      // Discord writes "+00:00" for UTC, where its description as generated accepts "Z" alone.
      const { error } = MessageResponseSchema.safeParse(JSON.parse(JSON.stringify(message).replaceAll("+00:00", "Z")));
      expect(error?.issues).toBeUndefined();
    }
  });
});

describe("an attachment's address", () => {
  async function attachment() {
    const discord = await discordForTest();
    const bytes = await drawing(60, 86, 1).png().toBuffer();
    const { attachments } = await discord
      .as("alice", "general")
      .sendMessage({ attachments: [{ name: "a.png", bytes }] });
    const [file = { url: "" }] = attachments;
    return { discord, bytes, file };
  }

  test("serves the bytes, signed and on the local host", async () => {
    const { discord, bytes, file } = await attachment();
    expect(new URL(file.url).host).toBe(discord.cdn.host);
    expect(Buffer.from(await (await fetch(file.url)).arrayBuffer())).toEqual(bytes);
    expect((await fetch(file.url.replace(/hm=./, "hm=x"))).status).toBe(404);
  });

  test("runs out, redirects, and answers with a page", async () => {
    const { discord, file } = await attachment();
    discord.cdn.behave(file, { kind: "expired" });
    expect((await fetch(file.url)).status).toBe(404);
    discord.cdn.behave(file, { kind: "redirect", to: "http://127.0.0.1:9/" });
    expect((await fetch(file.url, { redirect: "manual" })).status).toBe(302);
    discord.cdn.behave(file, { kind: "html" });
    expect((await fetch(file.url)).headers.get("content-type")).toBe("text/html");
    discord.cdn.behave(file, { kind: "error", status: 503 });
    expect((await fetch(file.url)).status).toBe(503);
  });

  test("breaks off, stalls, floods, and lies about its size", async () => {
    const { discord, bytes, file } = await attachment();
    discord.cdn.behave(file, { kind: "hang-up" });
    await expect(fetch(file.url).then((answer) => answer.arrayBuffer())).rejects.toThrow();
    discord.cdn.behave(file, { kind: "oversize", claimedBytes: 1e10 });
    const claimed = await fetch(file.url);
    expect(claimed.headers.get("content-length")).toBe("10000000000");
    await claimed.body?.cancel();
    discord.cdn.behave(file, { kind: "flood" });
    const flood = (await fetch(file.url)).body?.getReader();
    let read = 0;
    while (read <= bytes.byteLength) read += (await flood?.read())?.value?.byteLength ?? 0;
    await flood?.cancel();
    for (const kind of ["silent", "stalled"] as const) {
      discord.cdn.behave(file, { kind });
      const abort = new AbortController();
      const before = discord.cdn.asked.length;
      const download = fetch(file.url, { signal: abort.signal }).then((answer) => answer.arrayBuffer());
      await discord.until("the download", () => (discord.cdn.asked.length > before ? true : undefined));
      abort.abort();
      await expect(download).rejects.toThrow();
    }
  });
});
