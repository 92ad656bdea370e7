import { type APIMessage, MessageFlags } from "discord.js";
import sharp from "sharp";
import { expect, test } from "vitest";
import type { Actor } from "../support/actor.ts";
import { poster, textOf, titled } from "../support/posters.ts";
import { openClub } from "../support/running-bot.ts";

const CELL = { width: 100, height: 143 };
const NAMES = ["lantern-harbour-1", "lantern-harbour-2", "paper-comet-1", "velvet-static-1", "iron-lullaby-1"];

/** Three rows of five covers on a dark ground. */
async function board() {
  const covers = await Promise.all(NAMES.map((name) => sharp(poster(name).bytes).resize(CELL).png().toBuffer()));
  const cells = [0, 1, 2].flatMap((row) =>
    covers.map((input, column) => ({
      input,
      left: 10 + column * (CELL.width + 10),
      top: 10 + row * (CELL.height + 10),
    })),
  );
  const ground = { width: 560, height: 470, channels: 3 as const, background: "#1a1a1e" };
  return { name: "tiers.png", bytes: await sharp({ create: ground }).composite(cells).png().toBuffer() };
}

/** A board was sent, and may be read as a tier list. */
async function offered(alice: Actor): Promise<APIMessage> {
  const asked = await alice.slash("opfind", { poster: await board() });
  return await asked.reply(({ components }) => JSON.stringify(components).includes("Read the tier list"), 20_000);
}

test("a tier list is offered to be read, named picture by picture, and taken along", async () => {
  const { discord, start } = await openClub();
  await start();
  const alice = discord.as("alice", "general");
  const answer = await offered(alice);
  const read = await (await alice.click(answer, "Read the tier list")).reply(titled("Tier list"), 30_000);
  expect(read.attachments.map(({ filename }) => filename)).toContain("tier-list.webp");
  expect(textOf(read)).toContain("of 15 pictures recognised");
  const csv = await (await alice.click(read, "CSV")).reply(({ attachments }) => attachments.length > 0);
  const lines = Buffer.from(discord.cdn.bytesOf(csv.attachments[0] ?? { url: "" })).toString();
  expect(lines).toContain("Tourou no Minato 2");
});

test("songs that a source does not tell are counted and can be asked for again; playlists say it, too", async () => {
  const { discord, doubles, start } = await openClub();
  await start();
  const alice = discord.as("alice", "general");
  const answer = await offered(alice);
  for (const source of ["animethemes", "tenrai"] as const) {
    doubles.setFault(source, { kind: "throttled", retryAfter: "6" });
  }
  const reading = await alice.click(answer, "Read the tier list");
  const read = await reading.reply((message) => textOf(message).includes("songs of 3 anime are not here yet"), 30_000);
  const text = await (await alice.click(read, "Plain text")).reply(({ content }) => content !== "");
  expect(text.content).toContain("songs of 3 anime are not here yet");

  for (const source of ["animethemes", "tenrai"] as const) doubles.setFault(source, null);
  const isLacking = async () => {
    const shown = await (await alice.click(read, "Get the missing songs")).reply();
    return textOf(shown).includes("not here yet");
  };
  await expect.poll(isLacking, { timeout: 30_000, interval: 2_000 }).toBe(false);
  const songs = discord.message(read.id) ?? read;
  expect(songs.attachments.map(({ filename }) => filename)).toContain("tier-list.webp");
  const playlist = await (await alice.click(songs, "Plain text")).reply(({ attachments }) => attachments.length > 0);
  expect(playlist.content).toBe("");
  expect(Buffer.from(discord.cdn.bytesOf(playlist.attachments[0] ?? { url: "" })).toString()).toContain("Second Tide");
});

test("while the songs come in, how far it is stands beside the list, and goes when they are there", async () => {
  const { discord, doubles, start } = await openClub();
  await start();
  const alice = discord.as("alice", "general");
  const answer = await offered(alice);
  doubles.setFault("animethemes", { kind: "silent", times: 1 });
  const reading = await alice.click(answer, "Read the tier list");
  const aside = await reading.followUp(0, 30_000);
  expect(aside.content).toMatch(/^I am collecting the songs: [12] of 3 anime so far/);
  expect(aside.flags).toBe(MessageFlags.Ephemeral);
  await expect.poll(() => discord.message(aside.id), { timeout: 20_000 }).toBeUndefined();
  // The other source has the songs of two; of the third nobody knows whether it has any.
  const last = await reading.reply((message) => textOf(message).includes("songs of 1 anime are not here yet"), 20_000);
  const songs = await (await alice.click(last, "Next")).reply((message) => textOf(message).includes("Second Tide"));
  expect(songs.attachments.map(({ filename }) => filename)).toContain("tier-list.webp");
});
