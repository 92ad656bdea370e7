import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { posterStoreContract } from "../contracts/poster-store.ts";
import { all, posterOf, stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

function openStore(dataDir = tempDir()) {
  const store = openPosterStore({ dataDir, clock: stillClock() });
  onTestFinished(() => store.close());
  return store;
}

posterStoreContract("SQLite", () => openStore());

const HOUR_S = 3600;
const NOW_S = stillClock().now() / 1000;

test("images of a killed import are swept once they are old, a foreign file and used images never", async () => {
  const dataDir = tempDir();
  const used = posterOf(1);
  await openStore(dataDir).add(used);
  const folder = join(dataDir, "poster_db", "ab");
  await mkdir(folder, { recursive: true });
  const old = [`${"ab".repeat(32)}.jpg`, `${"ab".repeat(32)}.png.12-x.part`, "holiday.jpg"];
  const young = `${"ab".repeat(31)}cd.jpg`;
  for (const name of [...old, young]) await writeFile(join(folder, name), "x");
  for (const name of old) utimesSync(join(folder, name), NOW_S - 2 * HOUR_S, NOW_S - 2 * HOUR_S);
  utimesSync(join(folder, young), NOW_S - 60, NOW_S - 60);
  const usedFile = join(dataDir, "poster_db", used.sha256.slice(0, 2), `${used.sha256}.jpg`);
  utimesSync(usedFile, NOW_S - 2 * HOUR_S, NOW_S - 2 * HOUR_S);
  await openStore(dataDir).add(posterOf(2));
  expect(readdirSync(folder).sort()).toEqual([young, "holiday.jpg"].sort());
  expect(existsSync(usedFile)).toBe(true);
});

test("removing the last poster of an image deletes the file", async () => {
  const dataDir = tempDir();
  const store = openStore(dataDir);
  const poster = posterOf(1);
  const { posterId } = await store.add(poster);
  await store.remove(posterId);
  expect(readdirSync(join(dataDir, "poster_db", poster.sha256.slice(0, 2)))).toEqual([]);
});

test("the id of a removed poster never comes back: an index that still knows it cannot name another anime", async () => {
  const store = openStore();
  const { posterId } = await store.add(posterOf(7));
  await store.remove(posterId);
  expect((await store.add(posterOf(7))).posterId).toBeGreaterThan(posterId);
});

test("two openings of one store see each other's posters", async () => {
  const dataDir = tempDir();
  const [one, two] = [openStore(dataDir), openStore(dataDir)];
  await Promise.all([1, 2, 3, 4].map((number) => (number % 2 ? one : two).add(posterOf(number))));
  const outcomes = await Promise.all([one.add(posterOf(5)), two.add(posterOf(5))]);
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(["added", "duplicate"]);
  expect(await all(two.list())).toHaveLength(5);
});

test("a file that is no database is refused as a broken store, and left as it is", () => {
  const dataDir = tempDir();
  openStore(dataDir).close();
  writeFileSync(join(dataDir, "embeddings", "posters.sqlite"), "this is not a database".repeat(200));
  expect(() => openStore(dataDir)).toThrow(expect.objectContaining({ code: "store-broken" }));
});

test("a store of a newer opfind is refused with the remedy", () => {
  const dataDir = tempDir();
  openStore(dataDir).close();
  const raw = new Database(join(dataDir, "embeddings", "posters.sqlite"));
  raw.pragma("user_version = 99");
  raw.close();
  expect(() => openStore(dataDir)).toThrow(/newer opfind/);
});

test("the sound store has no problems to report", async () => {
  const store = openStore();
  await store.add(posterOf(1));
  expect(store.problems()).toEqual([]);
});

test("the state tells rows, last ids and the store's own identity", async () => {
  const store = openStore();
  expect(store.state("model-a")).toMatchObject({ rows: 0, lastEmbeddingId: 0, lastRemovalId: 0 });
  const { posterId } = await store.add(posterOf(1));
  await store.add(posterOf(2));
  await store.remove(posterId);
  expect(store.state("model-a")).toMatchObject({ rows: 2, lastEmbeddingId: 4, lastRemovalId: 1 });
  expect(store.removedSince(0)).toEqual([posterId]);
  expect(store.state("model-a").storeId).toMatch(/^[0-9a-f]{32}$/);
  expect(store.state("model-a").storeId).not.toBe(openStore().state("model-a").storeId);
});

test("a franchise that is known stays known when a later poster comes without it", async () => {
  const store = openStore();
  const { posterId } = await store.add(posterOf(7, { franchiseId: 3 }));
  await store.add(posterOf(8, { anime: posterOf(7).anime }));
  expect((await store.labels([posterId], AbortSignal.timeout(1000))).get(posterId)?.franchiseId).toBe(3);
});

test("seeding fills a fresh store, and leaves one with a history alone", async () => {
  const store = openStore();
  const starter = [1, 2].map((number) => posterOf(number, { image: null, source: "starter" }));
  expect(store.seed(starter)).toBe(2);
  expect(store.seed(starter)).toBe(0);
  for await (const { posterId } of store.list()) await store.remove(posterId);
  expect(store.seed(starter)).toBe(0);
  expect(await all(store.list())).toEqual([]);
});
