import { join } from "node:path";
import Database from "better-sqlite3";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { poster, textOf, titled } from "../support/posters.ts";
import { type Club, openClub, run } from "../support/running-bot.ts";

const SEASON_2 = "Tourou no Minato 2";
const WEEK_MS = 7 * 24 * 60 * 60_000;
const WAITING = "Confirmations that wait for a moderator";

/** A server whose moderators approve, with what alice said about a picture, and the request for them in the channel. */
async function waitingClub() {
  const club = await openClub();
  const bot = await club.start();
  const { discord } = club;
  const mod = discord.as("mod", "general");
  await (await mod.slash("opfind-settings", { approval: true })).reply(titled("Settings of this server"));
  // Another file than the gallery has, of the same poster.
  const bytes = await sharp(poster("lantern-harbour-2").bytes).resize(300).png().toBuffer();
  const said = async () => {
    const asked = await discord.as("alice", "general").slash("opfind", { poster: { name: "photo.png", bytes } });
    const answer = await asked.reply(titled(SEASON_2));
    return await (await discord.as("alice", "general").click(answer, "Yes, that's it")).followUp(0);
  };
  const list = async () => await (await mod.slash("posters waiting")).reply(titled(WAITING));
  return { club, bot, discord, mod, said, list };
}

/** The bot's own file. */
function openPosters({ dataDir }: Club): Database.Database {
  const database = new Database(join(dataDir, "embeddings", "posters.sqlite"));
  onTestFinished(() => void database.close());
  return database;
}

async function taught({ dataDir }: Club): Promise<number> {
  const listed = await run(["posters", "list", "--json"], { OPFIND_DATA_DIR: dataDir });
  return listed.split("\n").filter((line) => line.includes('"confirmation"')).length;
}

test("what waits for a moderator is listed, and decided one by one beside the list, also after a restart", async () => {
  const { club, bot, discord, mod, said, list } = await waitingClub();
  expect(textOf(await list())).toContain("Nothing waits for a moderator");
  const [first, second] = [await said(), await said()];
  expect(textOf(first)).toContain("Without a decision it is dropped <t:");
  const listed = await list();
  expect(textOf(listed).match(new RegExp(SEASON_2, "g"))).toHaveLength(2);

  await bot.stop("SIGKILL");
  const again = await club.start();
  const card = await (await mod.select(listed, "Look at one to approve or reject it", ["1"])).followUp();
  expect(card.attachments.map(({ filename }) => filename)).toEqual(["picture.png"]);
  await (await mod.click(card, "Approve")).reply(({ content }) => content.includes("approved it"));
  const other = await (await mod.select(listed, "Look at one to approve or reject it", ["2"])).followUp();
  await (await mod.click(other, "Reject")).reply(({ content }) => content.includes("rejected it"));
  expect(textOf(await list())).toContain("Nothing waits for a moderator");

  // What stands in the channel tells how it was decided, once somebody touches it.
  const late = await mod.click(first, "Approve");
  expect((await late.followUp()).content).toContain("confirmed already");
  expect((await late.reply(({ content }) => content.includes("approved it"))).components).toEqual([]);
  const rejected = await mod.click(second, "Approve");
  expect((await rejected.followUp()).content).toContain("decided already");
  expect(discord.message(second.id)?.components).toEqual([]);
  const gone = await mod.select(listed, "Look at one to approve or reject it", ["2"]);
  expect((await gone.followUp()).content).toContain("decided already");
  await again.stop();
  expect(await taught(club)).toBe(1);
});

test("the list is for moderators, and so are the decisions", async () => {
  const { discord, said } = await waitingClub();
  const request = await said();
  const bob = discord.as("bob", "general");
  const cheeky = await bob.slash("posters waiting", {}, { isOpenedToAll: true });
  expect((await cheeky.reply(({ content }) => content !== "")).content).toContain("You need the permission");
  expect((await (await bob.click(request, "Reject")).followUp()).content).toContain("Only the person who asked");
});

test("after a week nothing is learnt any more, the picture is gone, and the buttons say so", async () => {
  const { club, bot, discord, mod, said } = await waitingClub();
  const request = await said();
  await bot.stop();
  const database = openPosters(club);
  const picture = database.prepare("SELECT count(*) FROM pending_images").pluck();
  expect(picture.get()).toBe(1);
  // The week passes.
  database.exec(
    `UPDATE confirmations SET at = at - ${WEEK_MS}; UPDATE pending_choices SET expires_at = expires_at - ${WEEK_MS}`,
  );
  const again = await club.start();
  await expect.poll(() => again.lines.some((line) => line.includes("awaited a moderator for too long"))).toBe(true);
  expect(picture.get()).toBe(0);
  expect(database.prepare("SELECT state FROM confirmations").pluck().all()).toEqual(["expired"]);
  const late = await mod.click(request, "Approve");
  expect((await late.followUp()).content).toContain("waited a week for a moderator and was not learnt");
  expect(discord.message(request.id)?.components).toEqual([]);
  await again.stop();
  expect(await taught(club)).toBe(0);
});
