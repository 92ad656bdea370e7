import { DiscordAPIError, Events, GatewayIntentBits, type Message, Partials, Status } from "discord.js";
import { describe, expect, test } from "vitest";
import { drawing } from "../../support/images.ts";
import type { LocalDiscord } from "../support/discord.ts";
import { discordForTest } from "../support/discord-for-test.ts";
import { Inbox } from "./inbox.ts";
import { type SmallBot, smallBot } from "./small-bot.ts";

const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
const WITHOUT_CONTENT = [Guilds, GuildMessages, DirectMessages];
const picture = async () => ({ name: "poster.png", bytes: await drawing(60, 86, 1).png().toBuffer() });

/** A bot that keeps the messages it sees. */
async function listening(discord: LocalDiscord, bot: SmallBot = {}) {
  const seen = new Inbox<Message>();
  const client = await smallBot(discord, { ...bot, onMessage: async (message) => seen.put(message) });
  return { client, next: () => seen.next() };
}

describe("a message of a person", () => {
  test("reaches the bot with its picture, and is replied to", async () => {
    const discord = await discordForTest();
    const { next } = await listening(discord);
    const alice = discord.as("alice", "general");
    await alice.sendMessage({ content: "what is this?", attachments: [await picture()] });
    const message = await next();
    expect(message.attachments.first()).toMatchObject({ name: "poster.png", width: 60, contentType: "image/png" });
    await message.reply("Haikyuu!!");
    const reply = await discord.botMessage("general");
    expect(reply).toMatchObject({ content: "Haikyuu!!", referenced_message: { content: "what is this?" } });
  });

  test("is blank without the message-content intent", async () => {
    const discord = await discordForTest();
    const { next } = await listening(discord, { intents: WITHOUT_CONTENT });
    await discord.as("alice", "general").sendMessage({ content: "hello", attachments: [await picture()] });
    const { content, attachments } = await next();
    expect([content, attachments.size]).toEqual(["", 0]);
  });

  test("is whole without the intent if it mentions the bot, replies to it, or is a DM", async () => {
    const discord = await discordForTest();
    const options = { partials: [Partials.Channel] };
    const { client, next } = await listening(discord, { intents: WITHOUT_CONTENT, options });
    const alice = discord.as("alice", "general");
    await alice.sendMessage({ content: `<@${discord.botId}> this?`, attachments: [await picture()] });
    const mention = await next();
    expect(mention.attachments.size).toBe(1);
    expect(mention.mentions.has(client.user)).toBe(true);
    await mention.reply("which?");
    await alice.sendMessage({ content: "that", replyTo: await discord.botMessage("general") });
    expect((await next()).content).toBe("that");
    await discord.as("alice", "@alice").sendMessage({ content: "psst", attachments: [await picture()] });
    const whisper = await next();
    expect(whisper.attachments.size).toBe(1);
    await whisper.reply("yes?");
    expect((await discord.botMessage("@alice")).content).toBe("yes?");
  });

  test("can be gone before the bot answers", async () => {
    const discord = await discordForTest();
    const { next } = await listening(discord);
    const alice = discord.as("alice", "general");
    const sent = await alice.sendMessage({ content: "what is this?" });
    const message = await next();
    await alice.deleteMessage(sent);
    await expect(message.reply("x")).rejects.toMatchObject({ code: 50035 });
    await expect(message.fetch(true)).rejects.toMatchObject({ code: 10008 });
    await message.reply({ content: "still", failIfNotExists: false });
    expect((await discord.botMessage("general")).content).toBe("still");
  });

  test("stands where the bot may not do everything", async () => {
    const discord = await discordForTest();
    const { client, next } = await listening(discord);
    await discord.as("alice", "general").sendMessage({ content: "what is this?" });
    const message = await next();
    const refusals: readonly [Parameters<LocalDiscord["deny"]>[1], object, number][] = [
      [["SendMessages"], { content: "x" }, 50013],
      [["EmbedLinks"], { embeds: [{ title: "x" }] }, 50013],
      [["AttachFiles"], { files: [{ attachment: Buffer.from("x"), name: "x.txt" }] }, 50013],
      [["ReadMessageHistory"], { content: "x" }, 160002],
      [["ViewChannel"], { content: "x" }, 50001],
    ];
    for (const [permissions, body, code] of refusals) {
      discord.deny("general", permissions);
      const error = await message.reply(body).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DiscordAPIError);
      expect(error).toMatchObject({ code });
    }
    const told = new Promise((resolve) => client.once(Events.ChannelUpdate, (_before, after) => resolve(after)));
    discord.deny("general", ["EmbedLinks"]);
    expect(await told).toMatchObject({ id: message.channelId });
    expect(message.inGuild() && message.guild.members.me?.permissionsIn(message.channel).has("EmbedLinks")).toBe(false);
  });
});

describe("the gateway", () => {
  test("resumes after a broken connection and hands over what was missed", async () => {
    const discord = await discordForTest();
    const { client, next } = await listening(discord);
    const resumed = new Promise((resolve) => client.once(Events.ShardResume, (_id, replayed) => resolve(replayed)));
    discord.gateway.drop();
    await discord.as("alice", "general").sendMessage({ content: "meanwhile" });
    expect((await next()).content).toBe("meanwhile");
    expect(await resumed).toBeGreaterThan(0);
    expect(discord.gateway.counts).toEqual({ identified: 1, resumed: 1 });
  });

  test("lets a forgotten session identify again", async () => {
    const discord = await discordForTest();
    const { client, next } = await listening(discord);
    discord.gateway.forget();
    await discord.until("a second session", () => (discord.gateway.counts.identified === 2 ? true : undefined), 20_000);
    await discord.as("alice", "general").sendMessage({ content: "again" });
    expect((await next()).content).toBe("again");
    expect(client.ws.status).toBe(Status.Ready);
  });

  test("sees a bot that leaves, and gives its interactions to the next one", async () => {
    const discord = await discordForTest();
    const first = await smallBot(discord, { commands: [{ name: "ask", description: "Ask", type: 1 }] });
    await first.destroy();
    await discord.until("nobody online", () => (discord.gateway.connected === 0 ? true : undefined));
    await smallBot(discord, { onInteraction: async (at) => at.isChatInputCommand() && at.reply("second") });
    expect((await (await discord.as("alice", "general").slash("ask")).reply()).content).toBe("second");
  });

  test("refuses the message-content intent when the portal does", async () => {
    const discord = await discordForTest({ mayReadContent: false });
    await expect(smallBot(discord, { intents: [Guilds, MessageContent] })).rejects.toThrow("disallowed intents");
  });

  test("gives each shard its guilds", async () => {
    const guilds = ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, channels: [`talk-${name}`] }));
    const discord = await discordForTest({ guilds, shards: 2 });
    const client = await smallBot(discord, { options: { shards: "auto" } });
    expect(client.ws.shards.size).toBe(2);
    expect(client.guilds.cache.size).toBe(6);
  });
});
