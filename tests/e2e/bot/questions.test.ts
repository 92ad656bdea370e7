import { MessageFlags } from "discord.js";
import { describe, expect, test } from "vitest";
import { poster, textOf, titled } from "../support/posters.ts";
import { openClub } from "../support/running-bot.ts";

const SEASON_2 = "Tourou no Minato 2";
const UNKNOWN = "I do not know this picture";

describe("a poster", () => {
  test("attached to /opfind is named, with the songs of every season, within Discord's time", async () => {
    const { discord, start } = await openClub();
    const bot = await start();
    const asked = await discord.as("alice", "general").slash("opfind", { poster: poster("lantern-harbour-2") });
    const reply = await asked.reply(titled(SEASON_2));
    for (const song of ["Paper Boats", "Second Tide", "Third Tide", "Ebb"]) expect(textOf(reply)).toContain(song);
    expect(await asked.latencyMs()).toBeLessThan(1_000);
    expect(await bot.stop()).toBe(143);
    expect(bot.lines.join()).not.toContain(discord.token);
    const line = bot.lines.find((one) => one.includes('"request"')) ?? "{}";
    expect(JSON.parse(line)).toMatchObject({
      kind: "/opfind",
      outcome: "match",
      stages: { embed: expect.any(Number) },
    });
  });

  test("is named in answer to a mention, a direct message, a message's menu and a mention in reply", async () => {
    const { discord, start } = await openClub();
    await start();
    const [alice, bob] = [discord.as("alice", "general"), discord.as("bob", "general")];
    const attachments = [poster("lantern-harbour-2")];
    await alice.sendMessage({ content: `<@${discord.botId}>`, attachments });
    await discord.botMessage("general", titled(SEASON_2));
    await discord.as("alice", "@alice").sendMessage({ attachments });
    await discord.botMessage("@alice", titled(SEASON_2));

    const posted = await discord.as("alice", "posters").sendMessage({ attachments: [poster("velvet-static-1")] });
    const menu = await discord.as("bob", "posters").messageMenu("Find OP/ED", posted);
    const answer = await menu.reply(titled(UNKNOWN));
    expect(answer.flags).toBe(MessageFlags.Ephemeral);
    await discord.as("bob", "posters").sendMessage({ content: `<@${discord.botId}> what is it?`, replyTo: posted });
    await discord.botMessage("posters", (message) => titled(UNKNOWN)(message) && !message.flags);
    await bob.sendMessage({ content: `<@${discord.botId}>` });
    await discord.botMessage("general", ({ content }) => content === "There is no picture in this message.");
  });

  test("that is just posted is answered quietly when it is recognised, and not at all when it is not", async () => {
    const { discord, start } = await openClub();
    await start();
    const alice = discord.as("alice", "posters");
    await alice.sendMessage({ attachments: [poster("velvet-static-1")] });
    await alice.sendMessage({ content: "look", attachments: [poster("lantern-harbour-2")] });
    const quiet = await discord.botMessage("posters", titled(SEASON_2));
    expect(textOf(quiet)).not.toContain("Paper Boats");
    expect(discord.messages("posters").filter(({ author }) => author.id === discord.botId)).toHaveLength(1);
    const shown = await alice.click(quiet, "Show the songs");
    expect(textOf(await shown.reply((message) => textOf(message).includes("Paper Boats")))).toContain("Second Tide");
  });

  test("below an answer of the bot is no question of whoever replies to it", async () => {
    const { discord, start } = await openClub();
    await start();
    const [alice, bob] = [discord.as("alice", "general"), discord.as("bob", "general")];
    await alice.sendMessage({ content: `<@${discord.botId}>`, attachments: [poster("lantern-harbour-2")] });
    const answer = await discord.botMessage("general", titled(SEASON_2));
    await bob.sendMessage({ content: "thanks!", replyTo: answer });
    await bob.sendMessage({ content: `<@${discord.botId}> thanks!`, replyTo: answer });
    await discord.botMessage("general", ({ content }) => content === "There is no picture in this message.");
    expect(discord.messages("general").filter(({ author }) => author.id === discord.botId)).toHaveLength(2);
  });

  test("among several in one message is part of one answer with a menu", async () => {
    const { discord, start } = await openClub();
    await start();
    const alice = discord.as("alice", "general");
    const attachments = [poster("lantern-harbour-2"), poster("velvet-static-1"), poster("paper-comet-1")];
    await alice.sendMessage({ content: `<@${discord.botId}>`, attachments });
    const overview = await discord.botMessage("general", titled("3 pictures"));
    expect(textOf(overview)).toContain("2 of 3");
    const second = await alice.select(overview, "Look at one picture", ["1"]);
    const unknown = await second.reply(titled(UNKNOWN));
    const third = await alice.select(unknown, "Look at one picture", ["2"]);
    await third.reply(titled("Silent Comet"));
  });
});

describe("without the message-content intent", () => {
  test("the log says once what no longer works, and mentions are answered still", async () => {
    const { discord, start } = await openClub({ mayReadContent: false });
    const bot = await start();
    expect(bot.lines.filter((line) => line.includes("message-content intent is off"))).toHaveLength(1);
    const alice = discord.as("alice", "general");
    const attachments = [poster("lantern-harbour-2")];
    await alice.sendMessage({ attachments });
    await alice.sendMessage({ content: `<@${discord.botId}>`, attachments });
    await discord.botMessage("general", titled(SEASON_2));
    expect(discord.messages("general").filter(({ author }) => author.id === discord.botId)).toHaveLength(1);
  });
});

test("titles are suggested, searched, and their songs paged and taken along", async () => {
  const { discord, start } = await openClub();
  await start();
  const alice = discord.as("alice", "general");
  const typed = await alice.autocomplete("opfind", { title: "cowboy bebop" });
  expect((await typed.choices()).length).toBeGreaterThan(0);
  const asked = await alice.slash("songs", { title: "Tourou no Minato" });
  const found = await asked.reply(({ components }) => (components?.length ?? 0) > 0);
  const chosen = await alice.select(found, "Choose the anime", ["102"]);
  const songs = await chosen.reply(titled(SEASON_2));
  const playlist = await (await alice.click(songs, "Playlist")).reply(({ attachments }) => attachments.length > 0);
  expect(playlist.attachments.map(({ filename }) => filename)).toContain("playlist.txt");
  expect(playlist.flags).toBe(MessageFlags.Ephemeral);
});

test("an answer for one person is shared with all", async () => {
  const { discord, start } = await openClub();
  await start();
  const posted = await discord.as("alice", "general").sendMessage({ attachments: [poster("velvet-static-2")] });
  const bob = discord.as("bob", "general");
  const asked = await bob.messageMenu("Find OP/ED", posted);
  const unknown = await asked.reply(titled(UNKNOWN));
  const form = await bob.click(unknown, "Search by title");
  const results = await (await bob.submitModal(form, { "Title of the anime": "Glass Orchard" })).reply(
    ({ components, content }) => content.includes("close to") && (components?.length ?? 0) > 0,
  );
  const chosen = await (await bob.select(results, "Choose the anime", ["130"])).reply(titled("Glass Orchard"));
  const shared = await (await bob.click(chosen, "Share")).reply(titled("Glass Orchard"));
  expect(shared.flags ?? 0).toBe(0);
  expect(shared.content).toContain("shared this answer");
});
