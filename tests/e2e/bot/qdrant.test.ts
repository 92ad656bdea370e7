import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openOpfindClient } from "../../../clients/typescript/client.ts";
import { startServe } from "../../support/serve-process.ts";
import { poster, textOf, titled } from "../support/posters.ts";
import { type Club, openClub, run, startQdrant } from "../support/running-bot.ts";

/** `opfind serve` as on another machine: a data folder of its own, and of the bot's only the shared pictures. */
async function serveBeside({ dataDir, settings }: Club) {
  const elsewhere = mkdtempSync(join(tmpdir(), "opfind-serve-"));
  symlinkSync(join(dataDir, "poster_db"), join(elsewhere, "poster_db"));
  const served = await startServe({ ...process.env, ...settings, OPFIND_DATA_DIR: elsewhere });
  onTestFinished(async () => {
    await served.end("SIGKILL");
    rmSync(elsewhere, { recursive: true, force: true });
  });
  return openOpfindClient({ baseUrl: served.url });
}

/** Asks for a picture that is unknown, and for titles like the right one. */
async function titlesFor(club: Club) {
  const alice = club.discord.as("alice", "general");
  const asked = await alice.slash("opfind", { poster: poster("velvet-static-1") });
  const unknown = await asked.reply(titled("I do not know this picture"));
  const form = await alice.click(unknown, "Search by title");
  return await (await alice.submitModal(form, { "Title of the anime": "Glass Orchard" })).reply(({ content }) =>
    content.includes("close to"),
  );
}

test("what somebody confirms on Discord is found there and by the service on the same Qdrant, until it is undone", async () => {
  const club = await openClub({ qdrant: await startQdrant() });
  await club.start({ DISCORD_OWNER_IDS: club.discord.as("mod", "general").person.id });
  const [alice, mod] = [club.discord.as("alice", "general"), club.discord.as("mod", "general")];
  const chosen = await alice.select(await titlesFor(club), "Choose the anime", ["130"]);
  expect((await chosen.followUp()).content).toContain("From now on I know this picture as Glass Orchard");
  await (await alice.slash("opfind", { poster: poster("velvet-static-1") })).reply(titled("Glass Orchard"));

  const service = await serveBeside(club);
  const image = poster("velvet-static-1").bytes.toString("base64");
  const search = async () => {
    const { data } = await service.POST("/api/v1/search/image", { body: { image, threshold: 0.99 } });
    return data?.hits.map(({ anilistId }) => anilistId);
  };
  expect(await search()).toEqual([130]);

  const reindexed = await mod.slash("reindex", { full: true });
  const report = await reindexed.reply((message) => textOf(message).includes("Done:"), 30_000);
  // Three that were there, the confirmed one, and the official cover of its anime.
  expect(textOf(report)).toContain("5 posters are searchable");
  expect(await search()).toEqual([130]);

  const undone = await (await mod.slash("posters undo")).reply(({ content }) => content !== "");
  expect(undone.content).toContain("Undone: Glass Orchard");
  await (await alice.slash("opfind", { poster: poster("velvet-static-1") })).reply(
    titled("I do not know this picture"),
  );
  await expect.poll(search, { timeout: 10_000 }).toEqual([]);
});

test("a Qdrant that is away is told, and the next click teaches", async () => {
  const qdrant = await startQdrant();
  const club = await openClub({ qdrant });
  await club.start({ QDRANT_TIMEOUT_MS: "500" });
  const alice = club.discord.as("alice", "general");
  const titles = await titlesFor(club);
  const choose = async () => (await alice.select(titles, "Choose the anime", ["130"])).followUp();
  // Some way through the posters: what was begun is ended by the next click, once.
  qdrant.setFault({ kind: "unanswered", after: 8 });
  expect((await choose()).content).toContain("My search server is down");
  qdrant.setFault(null);
  expect((await choose()).content).toContain("From now on I know this picture as Glass Orchard");
  const listed = (await run(["posters", "list", "--json"], club.settings)).trim().split("\n");
  expect(listed).toHaveLength(5);
});
