import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseThemeText } from "../../src/sources/theme-text.ts";
import { sharedDir } from "../support/shared.ts";

/** All theme strings of MyAnimeList in 2018; they lie beside the checkout and are not part of it. */
function readCorpus(folder: string): readonly string[] {
  const lines = readFileSync(`${folder}/data/themes/mal-theme-strings.tsv`, "utf8").trimEnd().split("\n");
  return lines.map((line) => line.split("\t").slice(2).join("\t"));
}

describe.skipIf(sharedDir === undefined)("all 13,092 strings of 2018 (skipped without ../shared)", () => {
  const corpus = sharedDir === undefined ? [] : readCorpus(sharedDir);
  const parsed = corpus.map((text) => ({ text, songs: parseThemeText(text) }));
  const songs = parsed.flatMap(({ songs }) => songs);
  const rate = (isRight: (song: (typeof songs)[number]) => boolean) => songs.filter(isRight).length / songs.length;

  test("the corpus is whole and hardly anything is dropped", () => {
    expect(corpus.length).toBe(13_092);
    expect(parsed.filter((row) => row.songs.length === 0 && !/^none$/i.test(row.text))).toEqual([]);
    expect(songs.length).toBeGreaterThanOrEqual(13_080);
  });

  test("99.7 % have a title and an artist is read in 99.3 %", () => {
    expect(rate(({ title }) => title.romaji !== null || title.native !== null)).toBeGreaterThan(0.997);
    expect(rate(({ artists }) => artists.length > 0)).toBeGreaterThan(0.993);
  });

  test("nearly every string that speaks of episodes gives a range", () => {
    const speaking = songs.filter(({ raw }) => /[([ ]eps?[. ]*\d/i.test(raw));
    expect(speaking.length).toBeGreaterThan(6_100);
    expect(speaking.filter(({ episodes }) => episodes !== null).length / speaking.length).toBeGreaterThan(0.999);
  });

  test("no prefix, credit or episode range stays in a title", () => {
    const titles = songs.map(({ title }) => title.romaji ?? title.native ?? "");
    expect(titles.filter((title) => /^#\d+: |\(eps? \d|" by /i.test(title))).toEqual([]);
    expect(titles.filter((title) => /&(?:#\d+|amp|quot);/.test(title))).toEqual([]);
  });

  test("no bracket of episodes, voice-actor mark or quote slip stays in an artist", () => {
    const names = songs.flatMap(({ artists }) => artists.map(({ name }) => name));
    expect(names.filter((name) => /\(eps?\b|\bCV[:.]|^by |^feat[. ]|^[,;&]/i.test(name))).toEqual([]);
    expect(names.filter((name) => name.split('"').length % 2 === 0)).toEqual([]);
  });

  test("no range runs backwards", () => {
    const ranges = songs.flatMap(({ episodes }) => episodes ?? []);
    expect(ranges.filter(({ from, to }) => to !== null && to < from)).toEqual([]);
  });
});
