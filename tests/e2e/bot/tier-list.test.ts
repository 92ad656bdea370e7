import sharp from "sharp";
import { expect, test } from "vitest";
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

test("a tier list is offered to be read, named picture by picture, and taken along", async () => {
  const { discord, start } = await openClub();
  await start();
  const alice = discord.as("alice", "general");
  const asked = await alice.slash("opfind", { poster: await board() });
  const answer = await asked.reply(
    ({ components }) => JSON.stringify(components).includes("Read the tier list"),
    20_000,
  );
  const read = await (await alice.click(answer, "Read the tier list")).reply(titled("Tier list"), 30_000);
  expect(read.attachments.map(({ filename }) => filename)).toContain("tier-list.webp");
  expect(textOf(read)).toContain("of 15 pictures recognised");
  const csv = await (await alice.click(read, "CSV")).reply(({ attachments }) => attachments.length > 0);
  const lines = Buffer.from(discord.cdn.bytesOf(csv.attachments[0] ?? { url: "" })).toString();
  expect(lines).toContain("Tourou no Minato 2");
});
