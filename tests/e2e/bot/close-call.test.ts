import type { APIMessage } from "discord.js";
import sharp from "sharp";
import { expect, test } from "vitest";
import { closeCall } from "../support/close-call.ts";
import { everyComponent } from "../support/component-tree.ts";
import { listOf } from "../support/json.ts";
import { poster, textOf, titled } from "../support/posters.ts";
import { openClub } from "../support/running-bot.ts";

const QUESTION = "Which one is it?";

function labelsOf({ components }: APIMessage): readonly unknown[] {
  return everyComponent(listOf(components)).flatMap(({ label }) => (label === undefined ? [] : [label]));
}

test("a close call shows three numbered covers in one described picture, and a click on one teaches it", async () => {
  const { discord, dataDir, start } = await openClub();
  const { picture, titles } = await closeCall(dataDir);
  await start();
  const alice = discord.as("alice", "general");
  const answer = await (await alice.slash("opfind", { poster: picture })).reply(titled(QUESTION));
  for (const title of titles) expect(textOf(answer)).toContain(title);
  const [sheet] = answer.attachments;
  expect(answer.embeds[0]?.image?.url).toContain("candidates.png");
  expect(sheet?.description).toMatch(/^Candidate covers side by side\. 1: .+; 2: .+; 3: /);
  const { width, height } = await sharp(discord.cdn.bytesOf(sheet ?? { url: "" })).metadata();
  expect(width).toBeGreaterThan(height * 1.5);
  const labels = labelsOf(answer);
  expect(labels).toEqual([...titles.map((title, at) => `${at + 1}. ${title}`), "None of these"]);

  const picked = await alice.click(answer, `2. ${titles[1]}`);
  expect((await picked.followUp()).content).toContain(`From now on I know this picture as ${titles[1]}`);
  expect(textOf(await picked.reply(titled(titles[1] ?? "")))).toContain("Confirmed by");
  await (await alice.slash("opfind", { poster: picture })).reply(titled(titles[1] ?? ""));
});

test("none of these leads to a search by title, which teaches as well", async () => {
  const { discord, dataDir, start } = await openClub();
  const { picture } = await closeCall(dataDir);
  await start();
  const alice = discord.as("alice", "general");
  const answer = await (await alice.slash("opfind", { poster: picture })).reply(titled(QUESTION));
  const none = await (await alice.click(answer, "None of these")).reply((message) =>
    textOf(message).includes("Then I do not know it"),
  );
  expect(none.attachments).toEqual([]);
  const form = await alice.click(none, "Search by title");
  const results = await (await alice.submitModal(form, { "Title of the anime": "Glass Orchard" })).reply(
    ({ content }) => content.includes("close to"),
  );
  const chosen = await alice.select(results, "Choose the anime", ["130"]);
  expect((await chosen.followUp()).content).toContain("From now on I know this picture as Glass Orchard");
  await (await alice.slash("opfind", { poster: picture })).reply(titled("Glass Orchard"));
});

test("a close call that nobody asked about is worth its three buttons", async () => {
  const { discord, dataDir, start } = await openClub();
  const { picture, titles } = await closeCall(dataDir);
  await start();
  const alice = discord.as("alice", "posters");
  await alice.sendMessage({ attachments: [poster("velvet-static-1"), picture] });
  await alice.sendMessage({ attachments: [picture] });
  const answer = await discord.botMessage("posters", titled(QUESTION));
  expect(labelsOf(answer)).toHaveLength(4);
  const foreign = await discord.as("bob", "posters").click(answer, `1. ${titles[0]}`);
  expect((await foreign.followUp()).content).toContain("Only the person who asked");
});
