import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readThemeList } from "../../src/sources/theme-list.ts";
import { sharedDir } from "../support/shared.ts";
import { writeArtists, writeEpisodes } from "../support/theme-labels.ts";

function read(...texts: string[]) {
  return readThemeList(texts, "ED", "tenrai").map(({ title, artists, versions }) => [
    title.romaji,
    writeArtists(artists),
    writeEpisodes(versions[0]?.episodes ?? null),
  ]);
}

test("every row with a title is a song", () => {
  expect(read('#1: "A" by X (ep 1)', '#2: "B" by Y (ep 2)', "Reincarnation by Kenji Kawai")).toEqual([
    ["A", "X", "1"],
    ["B", "Y", "2"],
    ["Reincarnation", "Kenji Kawai", "-"],
  ]);
});

test("a credit cut at 255 characters goes on in the next row", () => {
  expect(
    read(
      '#2: "Clear Blue Departure" by Haruka Nanase (Nobunaga Shimazaki), Sousuke Yamazaki (Yoshimasa',
      "Hosoya), Momotarou Mikoshiba (Kenichi Suzumura) (ep 13)",
    ),
  ).toEqual([
    [
      "Clear Blue Departure",
      "Nobunaga Shimazaki <Haruka Nanase> | Yoshimasa Hosoya <Sousuke Yamazaki> | Kenichi Suzumura <Momotarou Mikoshiba>",
      "13",
    ],
  ]);
});

test.each([
  [
    [
      '"A" by Dogs [Serval (Yuka Ozaki), Fennec (Kana Monomiya)] x',
      "PPP [Rockhopper (Aina Aiba), Royal (Mikoi Sasaki)]",
    ],
    "Dogs | PPP",
  ],
  [['"A" by Naru', "(Manami Numakura)"], "Manami Numakura <Naru>"],
  [['#1: "A" by Eri, Maki', "#1: cont. (Riho Iida, Pile)"], "Riho Iida <Eri> | Pile <Maki>"],
])("rows %j are one song", (texts, artists) => {
  expect(read(...texts)).toEqual([["A", artists, "-"]]);
});

test("a first row has nothing to continue, and a song without quotes does not continue a whole one", () => {
  expect(read("(Manami Numakura)")).toEqual([[null, "Manami Numakura", "-"]]);
  expect(read('"A" by X (eps 1-', "Reincarnation by Kenji Kawai")).toHaveLength(2);
  expect(read('"A" by X', "#2: Keicharase (eps 29-52)")).toEqual([
    ["A", "X", "-"],
    ["Keicharase", "-", "29-52"],
  ]);
});

test("the text of both rows is kept", () => {
  const [theme] = readThemeList(['"A" by X (CV: Y', "Z)"], "OP", "myanimelist");
  expect(theme).toMatchObject({ raw: '"A" by X (CV: Y Z)', source: "myanimelist", kind: "OP" });
});

test.skipIf(sharedDir === undefined)(
  "of all lists of 2018 hardly a song is left without a title (skipped without ../shared)",
  () => {
    const lines = readFileSync(`${sharedDir}/data/themes/mal-themes-2018.jsonl`, "utf8").trimEnd().split("\n");
    const lists: readonly (readonly string[])[] = lines
      .map((line) => JSON.parse(line))
      .flatMap(({ openings, endings }) => [openings, endings]);
    const songs = lists.flatMap((texts) => readThemeList(texts, "OP", "myanimelist"));
    const nameless = songs.filter(({ title }) => title.romaji === null && title.native === null);
    expect(songs.length).toBeGreaterThan(13_000);
    expect(nameless.length, nameless.map(({ raw }) => raw).join("\n")).toBeLessThanOrEqual(16);
  },
);
