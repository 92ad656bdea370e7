import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { tempDir } from "../../support/temp-dir.ts";
import { poster, titled } from "../support/posters.ts";
import { openClub } from "../support/running-bot.ts";

const SEASON_2 = "Tourou no Minato 2";

describe("an attachment", () => {
  test("that is gone, hostile, endless or no picture gets its own sentence, and the bot lives on", async () => {
    const { discord, start } = await openClub();
    await start();
    const alice = discord.as("alice", "general");
    const png = poster("lantern-harbour-2");
    const cases = [
      [{ kind: "expired" }, "Discord's links to pictures expire"],
      [{ kind: "html" }, "This file is text, not a picture"],
      [{ kind: "error", status: 500 }, "did not hand the picture out"],
      [{ kind: "hang-up" }, "did not hand the picture out"],
      [{ kind: "flood" }, "The picture is too large"],
      [{ kind: "redirect", to: "http://169.254.169.254/latest" }, "I do not download from that address"],
    ] as const;
    for (const [manner, sentence] of cases) {
      const file = await discord.cdn.attach(alice.channel.id, png);
      discord.cdn.behave(file, manner);
      await alice.sendMessage({ content: `<@${discord.botId}>`, attachments: [file] });
      await discord.botMessage("general", ({ content }) => content.includes(sentence));
    }
    const noise = { name: "noise.png", bytes: randomBytes(2_000) };
    await alice.sendMessage({ content: `<@${discord.botId}>`, attachments: [noise] });
    await discord.botMessage("general", ({ content }) => content.includes("I do not know this kind of file"));
    const asked = await alice.slash("opfind", { poster: png });
    await asked.reply(titled(SEASON_2));
  });
});

describe("Discord itself", () => {
  test("may ask to wait and fail for a moment: the answer still comes", async () => {
    const { discord, start } = await openClub();
    await start();
    discord.faults.add({ method: "PATCH", path: /webhooks/, status: 429, times: 1, retryAfterS: 0.2 });
    discord.faults.add({ method: "PATCH", path: /webhooks/, status: 502, times: 1 });
    const asked = await discord.as("alice", "general").slash("opfind", { poster: poster("lantern-harbour-2") });
    await asked.reply(titled(SEASON_2));
  });

  test("may do the same to an answer in a channel, and then the answer is there once", async () => {
    const { discord, start } = await openClub();
    await start();
    discord.faults.add({ method: "POST", path: /\/messages$/, status: 429, times: 1, retryAfterS: 0.2 });
    discord.faults.add({ method: "POST", path: /\/messages$/, status: 503, times: 2 });
    const asking = { content: `<@${discord.botId}>`, attachments: [poster("lantern-harbour-2")] };
    await discord.as("alice", "general").sendMessage(asking);
    await discord.botMessage("general", titled(SEASON_2));
    expect(discord.messages("general").filter(({ author }) => author.id === discord.botId)).toHaveLength(1);
  });

  test("may fail for longer than anybody waits: the log says so, and the next question is answered", async () => {
    const { discord, start } = await openClub();
    const bot = await start();
    const alice = discord.as("alice", "general");
    discord.faults.add({ method: "PATCH", path: /webhooks/, status: 500, times: 4 });
    await alice.slash("opfind", { poster: poster("lantern-harbour-2") });
    await expect.poll(() => bot.lines.some((line) => line.includes('"code":"down"')), { timeout: 20_000 }).toBe(true);
    await (await alice.slash("opfind", { poster: poster("lantern-harbour-2") })).reply(titled(SEASON_2));
    expect(bot.lines.filter((line) => line.includes("a handler failed"))).toEqual([]);
  });

  test("may take permissions away: people are told which one is missing, where that is possible", async () => {
    const { discord, start } = await openClub();
    await start();
    const alice = discord.as("alice", "general");
    const asking = { content: `<@${discord.botId}>`, attachments: [poster("lantern-harbour-2")] };
    discord.deny("general", ["EmbedLinks"]);
    await alice.sendMessage(asking);
    await discord.botMessage("general", ({ content }) => content.includes('"Embed Links"'));
    discord.deny("general", ["AttachFiles"]);
    await alice.sendMessage(asking);
    await discord.botMessage("general", ({ content }) => content.includes('"Attach Files"'));
    discord.deny("general", ["ReadMessageHistory"]);
    await alice.sendMessage(asking);
    await discord.botMessage("@alice", ({ content }) => content.includes('"Read Message History"'));
    discord.deny("general", ["SendMessages"]);
    await alice.sendMessage(asking);
    await discord.botMessage("@alice", ({ content }) => content.includes('"Send Messages"'));
    // Nobody asked here: nothing is said, neither in the channel nor in private.
    const before = discord.messages("@alice").length;
    await alice.sendMessage({ attachments: [poster("lantern-harbour-2")] });
    discord.deny("general", []);
    await alice.sendMessage(asking);
    await discord.botMessage("general", titled(SEASON_2));
    expect(discord.messages("@alice")).toHaveLength(before);
  });

  test("may lose the question before it is answered", async () => {
    const { discord, start } = await openClub();
    const bot = await start();
    const alice = discord.as("alice", "general");
    const gone = await alice.sendMessage({
      content: `<@${discord.botId}>`,
      attachments: [poster("lantern-harbour-2"), poster("velvet-static-1"), poster("velvet-static-2")],
    });
    await alice.deleteMessage(gone);
    await expect
      .poll(() => bot.lines.some((line) => line.includes('"outcome":"message-gone"')), { timeout: 20_000 })
      .toBe(true);
    const asked = await alice.slash("opfind", { poster: poster("lantern-harbour-2") });
    await asked.reply(titled(SEASON_2));
    expect(bot.child.exitCode).toBeNull();
    discord.takeViolations();
  });
});

test("a button of yesterday, of another version or of nobody says so", async () => {
  const { discord, start } = await openClub();
  const bot = await start();
  const alice = discord.as("alice", "general");
  const asked = await alice.slash("opfind", { poster: poster("lantern-harbour-2") });
  const answer = await asked.reply(titled(SEASON_2));
  await bot.stop("SIGKILL");
  await start({ OPFIND_DATA_DIR: tempDir() });
  const clicked = await alice.click(answer, "Wrong?");
  expect((await clicked.followUp()).content).toContain("too old for its buttons");
});

test("whoever asks too often is told how long to wait", async () => {
  const { discord, start } = await openClub();
  await start({ OPFIND_USER_QUESTIONS: "1" });
  const alice = discord.as("alice", "general");
  await (await alice.slash("opfind", { poster: poster("lantern-harbour-2") })).reply(titled(SEASON_2));
  const second = await alice.slash("opfind", { poster: poster("lantern-harbour-2") });
  expect((await second.reply(({ content }) => content !== "")).content).toMatch(/Please wait \d+ seconds/);
});

test("health knows the gateway, and metrics count the requests", async () => {
  const { discord, start } = await openClub();
  const { healthPort } = await start();
  const alice = discord.as("alice", "general");
  await (await alice.slash("opfind", { poster: poster("lantern-harbour-2") })).reply(titled(SEASON_2));
  const url = `http://127.0.0.1:${healthPort}`;
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: "ok", gateway: { isReady: true } });
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('opfind_discord_requests_total{kind="/opfind",outcome="ok"} 1');
  expect(metrics).toContain("opfind_discord_acknowledgement_seconds_count 1");
});

test("a connection that Discord drops is resumed, and questions are answered again", async () => {
  const { discord, start } = await openClub();
  const bot = await start();
  discord.gateway.drop();
  const alice = discord.as("alice", "general");
  await expect
    .poll(() => bot.lines.some((line) => line.includes("resumed the connection")), { timeout: 20_000 })
    .toBe(true);
  const asked = await alice.slash("opfind", { poster: poster("lantern-harbour-2") });
  await asked.reply(titled(SEASON_2));
});
