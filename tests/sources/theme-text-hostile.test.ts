import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseThemeText } from "../../src/sources/theme-text.ts";

const pieces = fc.constantFrom(
  '"',
  "(",
  ")",
  "[",
  "]",
  "（",
  "）",
  "#1: ",
  "#R2:",
  " by ",
  "by",
  "eps 1-",
  "(eps 1-12)",
  "12",
  "-",
  ", ",
  " & ",
  " and ",
  " feat. ",
  "CV: ",
  "さくら",
  "Title",
  "&#039;",
  "&amp;quot;",
  "\u00a0",
  "\n",
  "''",
  "“",
  "”",
  " x ",
  ";",
  "performed by ",
  "~",
);
const themeLike = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(""));

test("any text gives songs without a throw, each with the text as it came", () => {
  fc.assert(
    fc.property(fc.oneof(themeLike, fc.string({ unit: "binary", maxLength: 300 })), (text) => {
      for (const song of parseThemeText(text)) {
        expect(song.raw).toBe(text);
        expect(song.title.romaji).not.toBe("");
        expect(song.title.native).not.toBe("");
        for (const { name } of song.artists) expect(name.trim()).not.toBe("");
        for (const { from, to } of song.episodes ?? []) expect(to === null || to >= from).toBe(true);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("a text with letters is never lost", () => {
  fc.assert(
    fc.property(themeLike, (text) => {
      if (/Title|さくら/.test(text)) expect(parseThemeText(text).length).toBeGreaterThan(0);
    }),
    { numRuns: 1_000 },
  );
});

describe("hostile lengths", () => {
  const seeds = [
    "(",
    '"',
    "(eps ",
    "#1: ",
    " by ",
    '" by "',
    "a (b), ",
    "1, ",
    "&amp;",
    " ",
    ')#1: "',
    "“",
    "a & ",
    "- ",
    "x".repeat(7),
  ];

  // Limits that only a catastrophe breaks: measured are 0 and at most 112 ms; a loaded machine is several times slower.
  test.each(seeds)("100 kB of %j take no time, 4 kB little", (seed) => {
    for (const [length, limitMs] of [
      [100_000, 250],
      [4_000, 3_000],
    ] as const) {
      const text = seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
      const started = performance.now();
      const songs = parseThemeText(text);
      expect(performance.now() - started).toBeLessThan(limitMs);
      for (const song of songs) expect(song.raw).toBe(text);
    }
  });
});
