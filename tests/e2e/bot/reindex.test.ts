import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { tempDir } from "../../support/temp-dir.ts";
import { poster, textOf } from "../support/posters.ts";
import { type Club, openClub, run } from "../support/running-bot.ts";

/** Enough for the network to be busy for a second on any machine: long enough to stop it half-way. */
const MORE = 120;

/** A gallery with many posters more, and the bot's owner. */
async function largeClub() {
  const club = await openClub({ owner: "mod" });
  const folder = join(tempDir(), "posters");
  mkdirSync(folder);
  const base = sharp(poster("iron-lullaby-1").bytes).resize(230);
  const rows = Array.from({ length: MORE }, (_, at) => ({
    file: `${at}.png`,
    anilistId: 111,
    title: "Tourou no Minato OVA",
  }));
  for (const [at, { file }] of rows.entries()) {
    const tinted = base.clone().modulate({ hue: at * 3 });
    writeFileSync(join(folder, file), await tinted.png({ compressionLevel: 1 }).toBuffer());
  }
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(rows));
  await run(["posters", "import", folder], { OPFIND_DATA_DIR: club.dataDir, OPFIND_OFFLINE: "1" });
  return { ...club, mod: club.discord.as("mod", "general") };
}

/** The jobs in the bot's own file, oldest first. */
function jobsOf({ dataDir }: Club) {
  const database = new Database(join(dataDir, "embeddings", "posters.sqlite"), { readonly: true });
  onTestFinished(() => void database.close());
  const jobs = database.prepare<[], { state: string; done: number }>("SELECT state, done FROM reindex_jobs");
  return {
    states: () => jobs.all().map(({ state }) => state),
    /** the newest has looked at a poster and is not through */
    isHalfWay: () => jobs.all().at(-1)?.state === "running" && (jobs.all().at(-1)?.done ?? 0) > 0,
  };
}

test("a re-index that is killed half-way goes on with the next start, and in the same message", async () => {
  const club = await largeClub();
  const { discord, mod, start } = club;
  const bot = await start();
  const asked = await mod.slash("reindex", { full: true });
  const report = await asked.reply((message) => textOf(message).includes("Counting"));
  const jobs = jobsOf(club);
  await expect.poll(jobs.isHalfWay, { timeout: 30_000 }).toBe(true);
  await bot.stop("SIGKILL");
  expect(jobs.states()).toEqual(["running"]);
  const again = await start();
  const done = (): boolean => textOf(discord.message(report.id) ?? report).includes("Done: 123 posters are searchable");
  await expect.poll(done, { timeout: 60_000 }).toBe(true);
  expect(discord.message(report.id)?.components).toEqual([]);
  expect(jobs.states()).toEqual(["done"]);
  expect(await again.stop()).toBe(143);
}, 180_000);

test("Cancel stops the re-index that it was shown for, and no later one", async () => {
  const club = await largeClub();
  const { discord, mod, start } = club;
  const bot = await start();
  // Discord takes no edit of the first report, so its button stays when the job is over.
  discord.faults.add({ method: "PATCH", path: /^\/channels\/\d+\/messages/, status: 500, times: 4 });
  const stale = await (await mod.slash("reindex")).reply();
  await expect
    .poll(() => bot.lines.some((line) => line.includes("could not be shown")), { timeout: 30_000 })
    .toBe(true);

  const asked = await mod.slash("reindex", { full: true });
  const running = await asked.reply((message) => textOf(message).includes("Counting"));
  const late = await mod.click(stale, "Cancel");
  expect((await late.followUp()).content).toBe("This re-index is over, so there is nothing to cancel.");
  expect(discord.message(stale.id)?.components).toEqual([]);
  const foreign = await discord.as("bob", "general").click(running, "Cancel");
  expect((await foreign.followUp()).content).toContain("Only the person who asked");
  const jobs = jobsOf(club);
  await expect.poll(jobs.isHalfWay, { timeout: 30_000 }).toBe(true);
  await mod.click(running, "Cancel");
  await asked.reply((message) => textOf(message).includes("Cancelled. The old index stays in use."), 30_000);
  expect(jobs.states()).toEqual(["done", "cancelled"]);
}, 180_000);
