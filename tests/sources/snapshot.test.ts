import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { Anime } from "../../src/domain/anime.ts";
import { openIdMap } from "../../src/sources/id-map.ts";
import { Snapshot } from "../../src/sources/snapshot.ts";
import { sharedDir } from "../support/shared.ts";

const home = fileURLToPath(new URL("../..", import.meta.url));
const starter = join(home, "embeddings/starter");
const { signal } = new AbortController();
const snapshot = new Snapshot(home);

async function only(id: number): Promise<Anime> {
  const node = (await snapshot.anime([id], signal)).get(id);
  if (!node) throw new RangeError(`the snapshot lacks ${id}`);
  return node.anime;
}

describe("what the bundled snapshot knows", () => {
  test("an anime with its titles, date and relations in AniList's words", async () => {
    const node = (await snapshot.anime([5], signal)).get(5);
    expect(node?.anime).toMatchObject({
      anilistId: 5,
      malId: 5,
      title: { romaji: "Cowboy Bebop: Tengoku no Tobira" },
      format: "MOVIE",
      startDate: { year: 2001, month: 9, day: 1 },
      isAiring: false,
    });
    expect(node?.relations).toContainEqual({ kind: "PARENT", anilistId: 1 });
  });

  test("songs with artists and episodes, marked as the snapshot's", async () => {
    const themes = (await snapshot.themes([await only(5114)], signal)).get(5114) ?? [];
    const again = themes.find(({ kind, sequence }) => kind === "OP" && sequence === 1);
    expect(again).toMatchObject({ title: { romaji: "again" }, artists: [{ name: "YUI" }], source: "snapshot" });
    expect(again?.versions).toMatchObject([{ episodes: [{ from: 1, to: 14 }] }]);
    expect(themes.filter(({ kind }) => kind === "OP")).toHaveLength(5);
  });

  test("what it does not know is absent, not empty", async () => {
    expect(await snapshot.anime([99_999_999], signal)).toEqual(new Map());
    const stranger = { ...(await only(5)), anilistId: 99_999_999 };
    expect(await snapshot.themes([stranger], signal)).toEqual(new Map());
  });

  test("every title of a franchise has the same franchise id, the smallest", async () => {
    const ids = await Promise.all([20464, 20992, 21348].map((id) => snapshot.franchiseIdOf(id, signal)));
    expect(ids).toEqual([20464, 20464, 20464]);
  });

  test("an anime whose relations are unknown has no franchise id", async () => {
    expect(await snapshot.franchiseIdOf(101922, signal)).toBeNull();
    expect(await snapshot.franchiseIdOf(99_999_999, signal)).toBeNull();
  });

  test("the header says how much it holds and from where, and it is true", async () => {
    const { counts, sources, date } = await snapshot.about(signal);
    const rows = gunzipSync(readFileSync(join(starter, "snapshot.jsonl.gz")))
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .slice(1);
    expect(rows).toHaveLength(counts.anime);
    expect(rows.filter((row) => row.includes('"themes":['))).toHaveLength(counts.withThemes);
    expect(sources.length).toBeGreaterThan(0);
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test("facts only: no address of a cover, video or recording is in it", () => {
    const text = gunzipSync(readFileSync(join(starter, "snapshot.jsonl.gz"))).toString("utf8");
    expect(text).not.toMatch(/https?:|\.webm|\.jpg|\.png/);
  });
});

describe("title search", () => {
  test.each([
    ["Haikyuu!!", 20464],
    ["HAIKYU!!", 20464],
    ["haikyuu", 20464],
    ["Haikyuu!! S1", 20464],
    ["Attack on Titan", 16498],
    ["進撃の巨人", 16498],
    ["shingeki no kyojn", 16498],
    ["Steins Gate", 9253],
    ["SAO", 11757],
    ["fate zero", 10087],
    ["鋼の錬金術師", 121],
  ])("%s finds %i first", async (title, id) => {
    const [best] = await snapshot.searchTitle(title, 3, signal);
    expect(best?.anilistId).toBe(id);
  });

  test.each(["", "   ", "???", "zzzz qqqq", "x".repeat(100_000)])("%j finds nothing", async (title) => {
    expect(await snapshot.searchTitle(title, 3, signal)).toEqual([]);
  });

  test("no more than the limit comes back", async () => {
    expect(await snapshot.searchTitle("Haikyuu", 2, signal)).toHaveLength(2);
  });
});

describe("the id map", () => {
  test("knows pairs in both directions, also where the ids differ", async () => {
    const map = await openIdMap(home);
    expect(map.size).toBe(18_719);
    expect([map.malId(20464), map.anilistId(20583), map.malId(5)]).toEqual([20583, 20464, 5]);
    expect([map.malId(99_999_999), map.anilistId(99_999_999)]).toEqual([null, null]);
  });

  test.skipIf(sharedDir === undefined)(
    "is the list it was made of, pair by pair (skipped without ../shared)",
    async () => {
      const map = await openIdMap(home);
      const lines = readFileSync(`${sharedDir}/data/anime-id-map-2026-06-30.jsonl`, "utf8").trimEnd().split("\n");
      const pairs = lines.map((line) => JSON.parse(line)).filter(({ anilist, mal }) => anilist?.length && mal?.length);
      expect(pairs).toHaveLength(map.size);
      expect(
        pairs.filter(({ anilist, mal }) => map.malId(anilist[0]) !== mal[0] || map.anilistId(mal[0]) !== anilist[0]),
      ).toEqual([]);
    },
  );
});

test.skipIf(sharedDir === undefined)("one command rebuilds both files from ../shared (skipped without it)", () => {
  const folder = mkdtempSync(join(tmpdir(), "opfind-rebuilt-"));
  try {
    execFileSync(process.execPath, [join(home, "scripts/build-snapshot.mjs"), `${sharedDir}`, folder]);
    // The text, not the packed bytes: zlib packs differently from version to version.
    for (const name of ["snapshot.jsonl.gz", "id-map.json.gz"]) {
      const [built, shipped] = [folder, starter].map((at) => gunzipSync(readFileSync(join(at, name))).toString("utf8"));
      expect(built === shipped, `${name} differs from what scripts/build-snapshot.mjs makes`).toBe(true);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("a file that is not what it should be", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function homeWith(name: string, content: Uint8Array | null): string {
    const folder = mkdtempSync(join(tmpdir(), "opfind-snapshot-"));
    folders.push(folder);
    mkdirSync(join(folder, "embeddings/starter"), { recursive: true });
    if (content) writeFileSync(join(folder, "embeddings/starter", name), content);
    return folder;
  }
  const packed = (text: string) => gzipSync(text);
  const header = '{"version":1,"date":"2026-01-01","sources":[],"counts":{"anime":1,"withThemes":0,"themes":0}}';

  test.each([
    ["missing", null, "source-down"],
    ["not gzip", Buffer.from("hello"), "source-other-shape"],
    ["cut off", readFileSync(join(starter, "snapshot.jsonl.gz")).subarray(0, 5_000), "source-other-shape"],
    ["of a later version", packed(header.replace('"version":1', '"version":2')), "source-other-shape"],
    ["with a row of another shape", packed(`${header}\n{"id":"one","romaji":"A"}\n`), "source-other-shape"],
    ["not JSON", packed(`${header}\n<html>`), "source-other-shape"],
  ])("a snapshot %s is a failure with its own code, never an empty answer", async (_name, content, code) => {
    const broken = new Snapshot(homeWith("snapshot.jsonl.gz", content));
    await expect(broken.anime([1], signal)).rejects.toMatchObject({ name: "OpfindError", code });
    await expect(broken.searchTitle("a", 1, signal)).rejects.toMatchObject({ code });
  });

  test("a snapshot that is put right answers the next question", async () => {
    const folder = homeWith("snapshot.jsonl.gz", null);
    const broken = new Snapshot(folder);
    await expect(broken.anime([1], signal)).rejects.toMatchObject({ code: "source-down" });
    writeFileSync(join(folder, "embeddings/starter/snapshot.jsonl.gz"), packed(`${header}\n{"id":1,"romaji":"A"}\n`));
    expect((await broken.anime([1], signal)).get(1)?.anime.title.romaji).toBe("A");
  });

  test.each([
    ["missing", null, "source-down"],
    ["uneven", packed('{"version":1,"date":"2026-01-01","anilist":[1,2],"mal":[1]}'), "source-other-shape"],
  ])("an id map that is %s is a failure", async (_name, content, code) => {
    await expect(openIdMap(homeWith("id-map.json.gz", content))).rejects.toMatchObject({ code });
  });
});

test("a cancelled question fails as cancelled", async () => {
  await expect(snapshot.anime([1], AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
});
