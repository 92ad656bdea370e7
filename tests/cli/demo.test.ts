import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openInventedSongs, readCatalogue } from "../../src/cli/demo/catalogue.ts";
import { type SheetRow, writeContactSheet } from "../../src/cli/demo/contact-sheet.ts";
import { describeTimings, explain, inShort, judgement } from "../../src/cli/demo/story.ts";
import { TRIALS, toFile } from "../../src/cli/demo/trials.ts";
import type { Candidate, Identification, Verdict } from "../../src/domain/identification.ts";
import { decodeImage } from "../../src/pipeline/decode.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples");
const { signal } = new AbortController();

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opfind-demo-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const candidate = (anilistId: number, title: string, confidence: number): Candidate => ({
  anilistId,
  title,
  confidence,
  score: 0.9,
  posterId: anilistId,
  sameArtwork: [],
});
const bebop = candidate(1, "Bebop (season one)", 0.996);
const answer = (verdict: Verdict, ...timings: readonly (readonly [string, number])[]): Identification => ({
  verdict,
  timings: timings.map(([stage, ms]) => ({ stage, ms })),
});
const match = answer({ kind: "match", best: bebop, candidates: [bebop] });
const ambiguous = answer({ kind: "ambiguous", candidates: [bebop, candidate(2, "Trigun", 0.3)] });
const unknown = answer({ kind: "unknown", candidates: [bebop] });

describe("an answer", () => {
  test.each([
    ["a match of the right anime", match, 1, true],
    ["a match of another anime", match, 2, false],
    ["a match of a picture in no gallery", match, null, false],
    ["not sure, though the right one comes first", ambiguous, 1, false],
    ["unknown for a known poster", unknown, 1, false],
    ["unknown for a picture in no gallery", unknown, null, true],
  ])("that is %s is judged", (_what, given, expected, isRight) => {
    expect(judgement(given, expected)).toBe(isRight);
  });

  test("is told in a few words, never as 100 %", () => {
    expect(explain(match)).toBe("Bebop (season one), 99 %");
    expect(inShort(match)).toBe("Bebop, 99 %");
    expect(explain(ambiguous)).toBe("not sure: Bebop (season one) or Trigun");
    expect(explain(unknown)).toBe("unknown");
  });

  test("has its stages told with medians, and how many pictures needed them", () => {
    const times = [answer(match.verdict, ["decode", 5], ["embed", 9]), answer(match.verdict, ["decode", 7])];
    expect(
      describeTimings(times)
        .split("\n")
        .map((line) => line.trim().replace(/ +/g, " ")),
    ).toEqual(["decode 7.0 ms", "embed 9.0 ms (1 of 2 pictures)"]);
  });
});

describe("the invented catalogue", () => {
  test("has a poster for every show, and each is in the manifest", async () => {
    const { shows, strangers } = await readCatalogue(EXAMPLES);
    const posters = readdirSync(join(EXAMPLES, "posters")).filter((name) => name.endsWith(".webp"));
    expect(shows.map(({ file }) => `${file}.webp`).sort()).toEqual(posters.sort());
    expect(readdirSync(join(EXAMPLES, "strangers")).sort()).toEqual(strangers.map(({ file }) => `${file}.webp`).sort());
    const manifest: { file: string; anilistId: number }[] = JSON.parse(
      readFileSync(join(EXAMPLES, "posters/manifest.json"), "utf8"),
    );
    expect(manifest.map(({ file, anilistId }) => `${file} ${anilistId}`)).toEqual(
      shows.map(({ file, anilistId }) => `${file}.webp ${anilistId}`),
    );
  });

  test("gives the same songs from every show of a franchise, and all of them", async () => {
    const catalogue = await readCatalogue(EXAMPLES);
    const songsOf = await openInventedSongs(catalogue, folder);
    const titles = new Set(catalogue.shows.map(({ title }) => title));
    for (const title of titles) {
      const shows = catalogue.shows.filter((show) => show.title === title);
      const lists = await Promise.all(shows.map(({ anilistId }) => songsOf(anilistId, signal)));
      for (const list of lists) expect(list).toEqual(lists[0]);
      const told = lists[0]?.seasons.flatMap(({ openings, endings }) => [...openings, ...endings]) ?? [];
      expect(told.map((theme) => theme.title.romaji).sort()).toEqual(
        shows.flatMap(({ themes }) => themes.map((song) => song.title)).sort(),
      );
      expect(lists[0]?.missing).toEqual([]);
    }
  });

  test("tells several ranges of episodes apart", async () => {
    const songsOf = await openInventedSongs(await readCatalogue(EXAMPLES), folder);
    const { seasons } = await songsOf(9000701, signal);
    expect(seasons[0]?.endings[0]?.versions[0]?.episodes).toEqual([
      { from: 1, to: 7 },
      { from: 9, to: 12 },
    ]);
  });
});

describe("the trials", () => {
  test("each change their poster visibly, and the result is a picture", async () => {
    for (const { file, apply } of TRIALS) {
      const before = await decodeImage(readFileSync(join(EXAMPLES, "posters", `${file}.webp`)), signal);
      const after = await decodeImage(await toFile(await apply(before)), signal);
      const same = after.width === before.width && Buffer.compare(after.data, before.data) === 0;
      expect(same, file).toBe(false);
    }
  });

  test("are laid out on one sheet that stays small", async () => {
    const after = readFileSync(join(EXAMPLES, "posters", "paper-comet-1.webp"));
    const row: SheetRow = { before: after, after, what: "a <bar> & more", says: "x".repeat(200), isRight: true };
    const sheet = join(folder, "below", "sheet.png");
    await writeContactSheet(sheet, [row, { ...row, before: null, isRight: false }]);
    expect(await sharp(sheet).metadata()).toMatchObject({ format: "png", width: 1232, height: 206 });
  });
});
