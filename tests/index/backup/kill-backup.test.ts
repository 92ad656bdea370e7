import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { verifyBackup } from "../../../src/index/backup/verify-backup.ts";
import { openPosterStore } from "../../../src/index/poster-store.ts";
import { atChange, backedUpStore, contents, restored, restoreInto, waiting } from "../../support/backups.ts";
import { posterOf, stillClock } from "../../support/posters.ts";
import { tempDir } from "../../support/temp-dir.ts";

/** `npm run test:kill` asks for 50. */
const KILLS = Number(process.env["OPFIND_TEST_KILLS"] ?? 4);
const BACKER = resolve(import.meta.dirname, "../../support/backer.mjs");

function start(args: readonly string[], limit?: string) {
  const words = [process.execPath, BACKER, ...args];
  const child = limit
    ? spawn("bash", ["-c", `${limit}; exec "$@"`, "bash", ...words], { stdio: ["ignore", "pipe", "inherit"] })
    : spawn(process.execPath, words.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on("line", (line) => void lines.push(line));
  const read = new Promise<void>((done) => void reader.on("close", done));
  const ended = new Promise<void>((done) => void child.on("exit", () => done())).then(() => read);
  const said = (count: number) =>
    expect.poll(() => lines.length, { timeout: 30_000, interval: 1 }).toBeGreaterThanOrEqual(count);
  return { child, lines, ended, said };
}

interface Deed {
  readonly what: string;
  readonly number: number;
  readonly position: number;
}

const deedsOf = (lines: readonly string[]): readonly Deed[] =>
  lines.flatMap((line) => {
    const [what = "", number, position] = line.split(" ");
    return what === "accepted" || what === "removed"
      ? [{ what, number: Number(number), position: Number(position) }]
      : [];
  });

/** The anime whose posters a folder holds, each with both its embeddings. */
async function animeIn(dataDir: string): Promise<ReadonlySet<number>> {
  const store = openPosterStore({ dataDir, clock: stillClock() });
  const posters = [];
  for await (const poster of store.list()) posters.push(poster);
  for (const { posterId } of posters) expect(store.embedded(posterId)).toHaveLength(2);
  store.close();
  return new Set(posters.map(({ anilistId }) => anilistId));
}

test(
  `${KILLS} kills of backups and writers leave every accepted moment to be brought back, and lose no picture`,
  async () => {
    const [dataDir, archiveDir] = [tempDir(), tempDir()];
    const made = backedUpStore(dataDir, archiveDir);
    await made.back();
    const deeds: Deed[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      // Two write and two back up at once, all over one folder.
      const writers = [1, 2].map((half) => start(["write", dataDir, String(1 + (2 * kill + half) * 100_000)]));
      const backers = [1, 2].map(() => start(["back", dataDir, archiveDir, "forever"]));
      await Promise.all(writers.map(({ said }) => said(3)));
      await Promise.any(backers.map(({ said }) => said(1)));
      // The moment is the point of this test: spread evenly, hence real time.
      await pause((300 * kill) / KILLS);
      const all = [...backers, ...writers];
      for (const { child } of all) child.kill("SIGKILL");
      await Promise.all(all.map(({ ended }) => ended));
      expect(all.flatMap(({ lines }) => lines.filter((line) => line.startsWith("failed")))).toEqual([]);
      deeds.push(...writers.flatMap(({ lines }) => deedsOf(lines)));
    }
    const last = await made.back();
    expect(last.unreadable).toEqual([]);
    expect(waiting(dataDir)).toBe(0);
    const report = await verifyBackup({ archiveDir, onProgress: () => {} }, new AbortController().signal);
    expect(report).toMatchObject({ isSound: true, histories: 1, problems: [] });
    console.info(`${deeds.length} deeds, ${report.pieces} pieces, ${report.images} pictures`);
    expect(contents((await restored(archiveDir, null)).dataDir)).toEqual(contents(dataDir));
    for (let at = 0; at < deeds.length; at += Math.ceil(deeds.length / 4)) {
      const { position } = deeds[at] ?? { position: 0 };
      const anime = await animeIn((await restored(archiveDir, atChange(position))).dataDir);
      const done = deeds.filter((deed) => deed.position <= position);
      const removed = new Set(done.flatMap(({ what, number }) => (what === "removed" ? [number] : [])));
      const missing = done.filter(({ what, number }) => what === "accepted" && !anime.has(number) && number % 5 !== 0);
      expect(missing).toEqual([]);
      expect([...removed].filter((number) => anime.has(number))).toEqual([]);
    }
  },
  60_000 + KILLS * 10_000,
);

test("a restore that is killed at any moment leaves no store, or the whole one", async () => {
  const made = backedUpStore();
  for (let number = 1; number <= 40; number++) await made.store.add(posterOf(number));
  await made.back();
  for (let kill = 0; kill < Math.ceil(KILLS / 2); kill++) {
    const dataDir = tempDir();
    const { child, ended } = start(["restore", dataDir, made.archiveDir]);
    await expect.poll(() => readdirSync(dataDir).length, { timeout: 30_000, interval: 1 }).toBeGreaterThan(0);
    await pause((120 * kill) / KILLS);
    child.kill("SIGKILL");
    await ended;
    const isThere = readdirSync(`${dataDir}/embeddings`).includes("posters.sqlite");
    if (!isThere) expect(await restoreInto(dataDir, made.archiveDir)).toMatchObject({ posters: 40 });
    expect(contents(dataDir)).toEqual(contents(made.dataDir));
  }
}, 120_000);

test.skipIf(process.platform !== "linux")(
  "a full disk is told, harms nothing, and the next backup is complete",
  async () => {
    const made = backedUpStore();
    for (let number = 1; number <= 200; number++) await made.store.add(posterOf(number));
    const before = contents(made.dataDir);
    // No file may grow beyond so many kB: to SQLite and Node.js that looks like a disk without room.
    for (const limit of [0, 60, 100]) {
      const { lines, ended } = start(["back", made.dataDir, made.archiveDir, "once"], `ulimit -f ${limit}`);
      await ended;
      expect(lines).toEqual(["failed disk-full"]);
      expect(contents(made.dataDir)).toEqual(before);
    }
    expect(
      readdirSync(made.archiveDir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".part")),
    ).toEqual([]);
    await made.back();
    expect(contents((await restored(made.archiveDir, null)).dataDir)).toEqual(before);
    const dataDir = tempDir();
    const starved = start(["restore", dataDir, made.archiveDir], "ulimit -f 60");
    await starved.ended;
    expect(starved.lines).toEqual(["failed disk-full"]);
    expect(await restoreInto(dataDir, made.archiveDir)).toMatchObject({ posters: 200 });
  },
);
