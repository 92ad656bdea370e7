import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { parseFileTitle } from "../../src/pipeline/file-title.ts";
import { importPosters } from "../../src/pipeline/import.ts";
import { importDeps } from "../support/import-deps.ts";
import { storeWith } from "../support/index-deps.ts";
import { all, stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

const live = () => new AbortController().signal;

function folderOf(files: Readonly<Record<string, string>>, manifest?: unknown): string {
  const dir = tempDir();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  if (manifest !== undefined) writeFileSync(join(dir, "manifest.json"), JSON.stringify(manifest));
  return dir;
}

describe("a file name", () => {
  test.each([
    ["Steins Gate.jpg", "Steins Gate", null],
    ["Haikyuu!! S1.jpg", "Haikyuu!!", 1],
    ["Title - Season 2.png", "Title", 2],
    ["Title 2nd Season.webp", "Title", 2],
    ["Title_Two_S03.jfif", "Title Two", 3],
    ["Kimi no Na wa. (1).jpg", "Kimi no Na wa", null],
    ["Mob Psycho 100.jpg", "Mob Psycho 100", null],
    ["86.jpg", "86", null],
    ["Season 2.jpg", "Season 2", null],
    ["Pokémon.png", "Pokémon", null],
    ["Dr. STONE.jpg", "Dr. STONE", null],
  ])("%s says %s, season %s", (name, title, season) => {
    expect(parseFileTitle(name.normalize("NFD"))).toEqual({ title, season });
  });
});

test("a manifest's rows are known by AniList id, by MyAnimeList id, or by title", async () => {
  const dir = folderOf({ "a.jpg": "a", "b.jpg": "b", "c.jpg": "c" }, [
    { file: "a.jpg", title: "A", titleNative: "あ", anilistId: 7, malId: 70, year: "2014", anything: {} },
    { file: "b.jpg", title: "B", anilistId: null, malId: 1 },
    { file: "c.jpg", title: "Steins Gate", anilistId: null, malId: null },
  ]);
  const { store } = await storeWith(0);
  const summary = await importPosters({ dir }, { ...importDeps(), store }, live());
  expect(summary).toEqual({ added: 3, duplicates: 0, failed: [], unresolved: [] });
  expect((await all(store.records())).map(({ anime }) => anime)).toEqual([
    { anilistId: 7, malId: 70, title: { romaji: "A", english: null, native: "あ" } },
    { anilistId: 101, malId: 1, title: { romaji: "B", english: null, native: null } },
    { anilistId: 9253, malId: null, title: { romaji: "Steins Gate", english: null, native: null } },
  ]);
  expect(store.state("model-a").rows).toBe(6);
});

test("a title of digits is a title, and is stored as it is written", async () => {
  const dir = folderOf({ "86.jpg": "x" });
  const { store } = await storeWith(0);
  const asked: string[] = [];
  const resolveTitle = async (title: string) => {
    asked.push(title);
    return 116589;
  };
  await importPosters({ dir }, { ...importDeps(), store, resolveTitle }, live());
  expect(asked).toEqual(['"86"']); // a bare number would be an AniList id
  expect(await all(store.list())).toMatchObject([{ anilistId: 116589, title: "86" }]);
});

test.each(["../secret.jpg", "a/../../secret.jpg", "..", "/etc/secret.jpg"])(
  "a manifest cannot name a file outside of its folder: %s",
  async (file) => {
    const outside = folderOf({ "secret.jpg": "s" });
    const dir = join(outside, "posters");
    mkdirSync(join(dir, "a"), { recursive: true });
    writeFileSync(join(dir, "a", "..b.jpg"), "b");
    writeFileSync(
      join(dir, "manifest.json"),
      JSON.stringify([
        { file, anilistId: 1 },
        { file: "./a/..b.jpg", anilistId: 2 },
      ]),
    );
    const { store } = await storeWith(0);
    const read: string[] = [];
    const deps = importDeps();
    const summary = await importPosters(
      { dir },
      {
        ...deps,
        store,
        read(path, signal) {
          read.push(path);
          return deps.read(path, signal);
        },
      },
      live(),
    );
    expect(summary).toMatchObject({ added: 1, failed: [{ file, code: "manifest-invalid" }] });
    expect(read).toEqual([join(dir, "a", "..b.jpg")]);
  },
);

test("pictures named by title and season find their season; other files are let be", async () => {
  const dir = folderOf({ "Haikyuu!! S1.jpg": "1", "Haikyuu!! S2.png": "2", "notes.txt": "x", ".hidden.jpg": "x" });
  const { store } = await storeWith(0);
  expect(await importPosters({ dir }, { ...importDeps(), store }, live())).toMatchObject({ added: 2, failed: [] });
  const records = (await all(store.records())).map(({ anime, franchiseId }) => [anime.anilistId, franchiseId]);
  expect(records.sort()).toEqual([
    [20464, null],
    [20992, 20464],
  ]);
});

test("unknown and ambiguous titles are asked back, an outage is a failure, none stops the others", async () => {
  const dir = folderOf({ "Fate.jpg": "1", "Nobody Knows.jpg": "2", "Down.jpg": "3", "Steins Gate.jpg": "4" });
  const { store } = await storeWith(0);
  const summary = await importPosters({ dir }, { ...importDeps(), store }, live());
  expect(summary.added).toBe(1);
  expect(summary.unresolved.map(({ row, why }) => [row.file, why])).toEqual([
    ["Fate.jpg", '"Fate" may be any of 9 anime.'],
    ["Nobody Knows.jpg", 'No anime is called "Nobody Knows".'],
  ]);
  expect(summary.failed).toEqual([{ file: "Down.jpg", code: "source-down", message: "AniList is down." }]);
});

test("a damaged picture, a missing file and a row of another shape are told with their codes", async () => {
  const dir = folderOf({ "bad.jpg": "bad!", "good.jpg": "good" }, [
    { file: "bad.jpg", title: "A", anilistId: 1 },
    { file: "lost.jpg", title: "B", anilistId: 2 },
    { file: "good.jpg", title: "C", anilistId: 3 },
    { title: "no file" },
    { file: "x.jpg", anilistId: "seven" },
  ]);
  const { store } = await storeWith(0);
  const { added, failed } = await importPosters({ dir }, { ...importDeps(), store }, live());
  expect(added).toBe(1);
  expect(failed.map(({ file, code }) => [file, code]).sort()).toEqual([
    ["bad.jpg", "image-corrupt"],
    ["lost.jpg", "file-missing"],
    ["row 4", "manifest-invalid"],
    ["x.jpg", "manifest-invalid"],
  ]);
});

test("a second import adds nothing and embeds nothing", async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.jpg`, `picture ${i}`]));
  const manifest = Object.keys(files).map((file, i) => ({ file, title: `T${i}`, anilistId: i + 1 }));
  const dir = folderOf(files, manifest);
  const { store } = await storeWith(0);
  const deps = importDeps();
  expect(await importPosters({ dir }, { ...deps, store }, live())).toMatchObject({ added: 40, duplicates: 0 });
  let embedded = 0;
  const embedder = {
    modelId: "model-a",
    embed: async (images: readonly unknown[]) => {
      embedded += images.length;
      return [];
    },
  };
  expect(await importPosters({ dir }, { ...deps, store, embedder }, live())).toMatchObject({
    added: 0,
    duplicates: 40,
  });
  expect(embedded).toBe(0);
});

test("a stopped import keeps what it stored, and goes on from there", async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.jpg`, `picture ${i}`]));
  const manifest = Object.keys(files).map((file, i) => ({ file, title: `T${i}`, anilistId: i + 1 }));
  const dir = folderOf(files, manifest);
  const { store } = await storeWith(0);
  const controller = new AbortController();
  const onProgress = (done: number) => done === 16 && controller.abort();
  const stopped = importPosters({ dir }, { ...importDeps(), store, onProgress }, controller.signal);
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  const kept = (await all(store.list())).length;
  expect(kept).toBe(16);
  const again = await importPosters({ dir }, { ...importDeps(), store }, live());
  expect(again).toMatchObject({ added: 24, duplicates: 16 });
});

test("the image of a starter poster completes it", async () => {
  const dir = folderOf({ "a.jpg": "picture 7" }, [{ file: "a.jpg", title: "Title 7", anilistId: 7 }]);
  const { store } = await storeWith(7);
  expect(await importPosters({ dir }, { ...importDeps(), store }, live())).toMatchObject({ added: 1 });
  expect(await all(store.list())).toHaveLength(7);
});

test("two imports of one folder at once add every poster once", async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.jpg`, `picture ${i}`]));
  const manifest = Object.keys(files).map((file, i) => ({ file, title: `T${i}`, anilistId: i + 1 }));
  const dir = folderOf(files, manifest);
  const { store, dataDir } = await storeWith(0);
  const other = openPosterStore({ dataDir, clock: stillClock() });
  const summaries = await Promise.all(
    [store, other].map((own) => importPosters({ dir }, { ...importDeps(), store: own }, live())),
  );
  other.close();
  expect(summaries.reduce((sum, { added }) => sum + added, 0)).toBe(40);
  expect(await all(store.list())).toHaveLength(40);
});

test.each([
  ["{", /not valid JSON/],
  ['{"rows": []}', /must be a JSON list/],
])("a manifest %s is refused as a whole", async (content, message) => {
  const dir = folderOf({});
  writeFileSync(join(dir, "manifest.json"), content);
  const { store } = await storeWith(0);
  await expect(importPosters({ dir }, { ...importDeps(), store }, live())).rejects.toThrow(message);
});

test("a folder that is not there is a missing file", async () => {
  const { store } = await storeWith(0);
  const importing = importPosters({ dir: join(tempDir(), "nowhere") }, { ...importDeps(), store }, live());
  await expect(importing).rejects.toMatchObject({ code: "file-missing" });
});
