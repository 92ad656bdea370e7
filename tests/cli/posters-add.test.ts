import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { postersVerb } from "../../src/cli/posters.ts";
import { readConfig } from "../../src/config.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { openLog } from "../../src/log.ts";
import { decodeImage } from "../../src/pipeline/decode.ts";
import { openCovers, openSongs } from "../../src/wire-sources.ts";
import type { AnimeLists } from "../support/anilist-double.ts";
import { coverOf, startCovers } from "../support/cover-server.ts";
import { startDoubles } from "../support/doubles.ts";
import { importDeps } from "../support/import-deps.ts";
import { all, posterOf, sha256, stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";
import { toldOutput } from "../support/told-output.ts";

interface Scene {
  readonly lists?: AnimeLists;
  /** what the picture server says instead of a cover, by AniList id */
  readonly instead?: Readonly<Record<number, number | string>>;
  /** where AniList says that covers are; the picture server unless said otherwise */
  readonly coverUrl?: Readonly<Record<number, string | null>>;
  readonly stdin?: string;
}

/** The verb with real HTTP on both sides, real pictures and a real store; only the network is played. */
async function staged({ lists = {}, instead = {}, coverUrl = {}, stdin = "" }: Scene = {}) {
  const covers = await startCovers(instead);
  const urlOf = (id: number) => (id in coverUrl ? (coverUrl[id] ?? null) : covers.urlOf(id));
  const doubles = await startDoubles({ lists, coverUrl: urlOf });
  onTestFinished(() => doubles.close());
  const dataDir = tempDir();
  const environment = { OPFIND_DATA_DIR: dataDir, ANILIST_URL: doubles.anilistUrl, OPFIND_COVER_HOSTS: covers.host };
  const openStore = async () => openPosterStore({ dataDir, clock: stillClock() });

  /** Runs in a process of its own, as far as anything is remembered only in memory. */
  const add = async (words: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const { output, answers, lines, notes } = toldOutput();
    const log = openLog({ level: "silent", isPretty: false });
    const context = {
      config: readConfig({ ...environment, ...more }),
      log,
      output,
      signal: new AbortController().signal,
    };
    const openGallery = async () => {
      const songs = await openSongs(context);
      const store = await openStore();
      const { embedder, ...deps } = importDeps();
      const own = { ...embedder, dimension: 16, device: "cpu", close: async () => {} };
      const close = () => songs.close().then(() => store.close());
      return { ...deps, ...songs, embedder: own, decode: decodeImage, store, close };
    };
    const verb = postersVerb(context, { openGallery, openStore, openCovers }, Readable.from([stdin]));
    for (const command of verb.commands) command.exitOverride().configureOutput({ outputError: () => {} });
    await verb.parseAsync(["add", ...words], { from: "user" });
    return { summary: answers[0], notes: notes.join("\n"), lines };
  };
  const posters = async () => {
    const store = await openStore();
    const stored = (await all(store.list())).map(({ anilistId, title, source }) => ({ anilistId, title, source }));
    store.close();
    return stored.sort((a, b) => a.anilistId - b.anilistId);
  };
  return { add, posters, covers, doubles, dataDir };
}

const EMPTY = { added: 0, duplicates: 0, failed: [], unresolved: [], left: 0 };

describe("opfind posters add", () => {
  test("learns the official covers of ids and titles, and a second run asks for none of them", async () => {
    const { add, posters, covers, doubles } = await staged();
    const words = ["101", "Glass Orchard", "130", "102", "--json"];
    expect((await add(words)).summary).toEqual({ ...EMPTY, added: 3, duplicates: 1 });
    expect(await posters()).toEqual([
      { anilistId: 101, title: "Tourou no Minato", source: "anilist" },
      { anilistId: 102, title: "Tourou no Minato 2", source: "anilist" },
      { anilistId: 130, title: "Glass Orchard", source: "anilist" },
    ]);
    expect([...covers.asked].sort()).toEqual([101, 102, 130]);
    expect([...covers.userAgents].join()).toMatch(/^opfind\/\d/);
    const cards = doubles.requests.filter(({ body }) => body.includes("FranchiseLayer"));
    expect(cards.map(({ body }) => JSON.parse(body).variables.ids)).toEqual([[101, 130, 102]]);
    expect((await add(words)).summary).toEqual({ ...EMPTY, duplicates: 4 });
    expect(covers.asked).toHaveLength(3);
  });

  test("asks an uncertain title back, in a list that it reads again", async () => {
    const { add, posters, dataDir } = await staged();
    const { summary, notes } = await add(["Double Name", "Qzxwvkj Bfghpt", "140", "--json"]);
    const report = join(dataDir, "embeddings", "add-report.txt");
    expect(summary).toMatchObject({ added: 1, unresolved: [{ title: "Double Name" }, { title: "Qzxwvkj Bfghpt" }] });
    expect(summary).toMatchObject({ report });
    expect(notes).toContain('No anime is called "Qzxwvkj Bfghpt"');
    expect(await posters()).toMatchObject([{ anilistId: 140 }]);
    const list = readFileSync(report, "utf8");
    expect(list).toContain("# 150  # Double Name");
    writeFileSync(report, list.replace("# 150", "150"));
    expect((await add(["--file", report, "--json"])).summary).toEqual({ ...EMPTY, added: 1 });
    expect(await posters()).toMatchObject([{ anilistId: 140 }, { anilistId: 150 }]);
  });

  test("reads a list from stdin, with comments", async () => {
    const { add, posters } = await staged({ stdin: "\uFEFF# mine\r\n\r\n130 # a film\r\nSilent Comet\r\n" });
    expect((await add(["--file", "-", "--json"])).summary).toEqual({ ...EMPTY, added: 2 });
    expect((await posters()).map(({ anilistId }) => anilistId)).toEqual([130, 140]);
  });

  test("learns a person's list by status, so many in a run, and goes on with the rest", async () => {
    const lists = { Mio: { CURRENT: [101, 102], COMPLETED: [103, 130], DROPPED: [140] } };
    const { add, posters, covers } = await staged({ lists });
    const words = ["--anilist-user", "Mio", "--status", "current,COMPLETED", "--limit", "3"];
    const first = await add(words);
    expect(first.lines).toEqual(["3 added, 0 known already, 0 failed, 0 without an anime"]);
    expect(first.notes).toContain("1 more is left for another run");
    expect((await add([...words, "--json"])).summary).toEqual({ ...EMPTY, added: 1, duplicates: 3 });
    expect((await posters()).map(({ anilistId }) => anilistId)).toEqual([101, 102, 103, 130]);
    expect(covers.asked).toHaveLength(4);
  });

  test.each([
    ["a private list", "Ren", null],
    ["a person who does not exist", "Nobody", null],
  ])("says plainly that it was given %s", async (_, userName) => {
    const { add } = await staged({ lists: { Ren: null } });
    const adding = add(["--anilist-user", userName]);
    await expect(adding).rejects.toMatchObject({ code: "list-missing", message: expect.stringContaining(userName) });
  });

  test("goes on when single covers fail, and tells each one's reason", async () => {
    const { add, posters } = await staged({
      instead: { 101: 404, 102: "this is no picture" },
      coverUrl: { 103: null, 104: "https://s4.anilist.co/cover/medium/default.jpg", 111: "https://10.0.0.1/a.png" },
    });
    const { summary } = await add(["101", "102", "103", "104", "111", "5000", "130", "--json"]);
    const failed = [
      [101, "cover-missing"],
      [102, "image-is-text"],
      [103, "cover-missing"],
      [104, "cover-missing"],
      [111, "url-forbidden"],
      [5000, "anime-unknown"],
    ].map(([anilistId, code]) => expect.objectContaining({ anilistId, code }));
    expect(summary).toMatchObject({ added: 1, failed: expect.arrayContaining(failed) });
    expect((await posters()).map(({ anilistId }) => anilistId)).toEqual([130]);
  });

  test("fails clearly while AniList is down, and loses nothing", async () => {
    const { add, posters, doubles } = await staged({ lists: { Mio: { CURRENT: [101] } } });
    await add(["130"]);
    doubles.setFault("anilist", { kind: "bad-gateway" });
    await expect(add(["101"])).rejects.toMatchObject({ code: "source-down" });
    await expect(add(["--anilist-user", "Mio"])).rejects.toMatchObject({ code: "source-down" });
    expect(await posters()).toHaveLength(1);
    doubles.setFault("anilist", null);
    expect((await add(["101", "--json"])).summary).toMatchObject({ added: 1 });
  });

  test("asks nobody while opfind is offline", async () => {
    const { add, covers, doubles } = await staged();
    await expect(add(["101"], { OPFIND_OFFLINE: "1" })).rejects.toMatchObject({ code: "source-offline" });
    await expect(add(["--anilist-user", "Mio"], { OPFIND_OFFLINE: "1" })).rejects.toMatchObject({
      code: "source-offline",
    });
    expect([covers.asked, doubles.requests]).toEqual([[], []]);
  });

  test("knows a cover again that was imported as a file before", async () => {
    const { add, posters, covers, dataDir } = await staged();
    const store = openPosterStore({ dataDir, clock: stillClock() });
    const bytes = await coverOf(101);
    await store.add(posterOf(101, { image: { bytes, extension: "png" }, sha256: sha256(bytes), source: "import" }));
    store.close();
    for (const _ of ["first", "second"]) {
      expect((await add(["101", "--json"])).summary).toEqual({ ...EMPTY, duplicates: 1 });
    }
    expect(covers.asked).toEqual([101]);
    expect(await posters()).toMatchObject([{ source: "anilist" }]);
  });

  test.each([
    [[], /Which anime/],
    [["--status", "CURRENT", "101"], /needs --anilist-user/],
    [["--file", "/nowhere/list.txt"], /cannot be read/],
    [["--anilist-user", "Mio", "--status", "WATCHED"], /none of CURRENT/],
    [["101", "--limit", "501"], /from 1 to 500/],
    [["101", "--limit", "all"], /from 1 to 500/],
  ])("refuses %j before it asks anybody", async (words, message) => {
    const { add, doubles } = await staged();
    await expect(add(words)).rejects.toThrow(message);
    expect(doubles.requests).toEqual([]);
  });
});
