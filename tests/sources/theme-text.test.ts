import { describe, expect, test } from "vitest";
import { parseThemeText, toTheme } from "../../src/sources/theme-text.ts";
import { readThemeLabels, type ThemeLabel, writeArtists, writeEpisodes } from "../support/theme-labels.ts";

const first = (text: string) => parseThemeText(text)[0];

describe("hand-labelled strings", () => {
  const labels = readThemeLabels();

  test("there are at least 200 different labelled strings", () => {
    expect(new Set(labels.map(({ raw }) => raw)).size).toBeGreaterThanOrEqual(200);
  });

  // The random strata stand for all 13,092 strings; the others over-represent odd ones on purpose.
  test.each([
    ["drawn at random", (label: ThemeLabel) => ["random", "held-out"].includes(label.stratum), 0.993],
    ["of every class, odd ones over-represented", () => true, 0.985],
  ])("strings %s are read as a person reads them", (_name, isChosen, artistRate) => {
    const chosen = labels.filter(isChosen);
    const wrong = chosen.map((label) => compare(label));
    const rate = (part: keyof ReturnType<typeof compare>) =>
      wrong.filter((result) => !result[part]).length / chosen.length;
    const failures = chosen.filter((_, at) => Object.values(wrong[at] ?? {}).some(Boolean)).map(({ raw }) => raw);
    expect(rate("title"), failures.join("\n")).toBeGreaterThanOrEqual(artistRate === 0.993 ? 0.999 : 0.997);
    expect(rate("native"), failures.join("\n")).toBeGreaterThanOrEqual(0.999);
    expect(rate("artists"), failures.join("\n")).toBeGreaterThanOrEqual(artistRate);
    expect(rate("episodes"), failures.join("\n")).toBeGreaterThanOrEqual(0.99);
    expect(rate("sequence"), failures.join("\n")).toBeGreaterThanOrEqual(0.999);
  });
});

/** true where the parser differs from the label */
function compare(label: ThemeLabel) {
  const parsed = parseThemeText(label.raw)[label.song - 1];
  return {
    title: (parsed?.title.romaji ?? "-") !== label.title,
    native: (parsed?.title.native ?? "-") !== label.native,
    artists: writeArtists(parsed?.artists ?? []) !== label.artists,
    episodes: writeEpisodes(parsed?.episodes ?? null) !== label.episodes,
    sequence: String(parsed?.sequence ?? "-") !== label.sequence,
  };
}

test("a plain string gives number, titles, artist and episodes", () => {
  expect(parseThemeText('#1: "Again (アゲイン)" by YUI (eps 1-14)')).toEqual([
    {
      sequence: 1,
      title: { romaji: "Again", native: "アゲイン" },
      artists: [{ name: "YUI", aliasOf: null, character: null }],
      episodes: [{ from: 1, to: 14 }],
      notes: null,
      raw: '#1: "Again (アゲイン)" by YUI (eps 1-14)',
    },
  ]);
});

test("songs glued into one string are split", () => {
  const songs = parseThemeText('#1: "A (あ)" by X (eps 1-12)#2: "B" by Y & Z (eps 13-)');
  expect(songs.map(({ sequence, title, episodes }) => [sequence, title.romaji, writeEpisodes(episodes)])).toEqual([
    [1, "A", "1-12"],
    [2, "B", "13-"],
  ]);
});

test.each([
  ["(eps 94-73)", "-"],
  ["(eps 1-4", "-"],
  ["(eps ?)", "-"],
  ["(eps 1-99999)", "-"],
  ["(1-26)", "1-26"],
  ["(ep. 3)", "3"],
  ["(eps 807-)", "807-"],
  ["(eps 136-???)", "136-"],
  ["(eps 1-3, ep 5 & 7)", "1-3,5,7"],
  ["(HD Remaster eps 38-50)", "38-50"],
  ["(TV: eps 15, 17; BD/DVD: eps 6-8)", "15,17"],
  ["", "-"],
])("episodes %s read as %s: an unknown or impossible range is unknown, not all", (text, episodes) => {
  expect(writeEpisodes(first(`"A" by B ${text}`)?.episodes ?? null)).toBe(episodes);
});

test.each([
  ["Popuko (Kenji Akabane), Pipimi (CV: Shunsuke Takeuchi)", "Kenji Akabane <Popuko> | Shunsuke Takeuchi <Pipimi>"],
  ["Rie Kugimiya, Yui Horie, and Eri Kitamura", "Rie Kugimiya | Yui Horie | Eri Kitamura"],
  ["Kishida Kyoudan & The Akeboshi Rockets", "Kishida Kyoudan & The Akeboshi Rockets"],
  ["High and Mighty Color feat. LiSA", "High and Mighty Color | LiSA"],
  ["Yuu Takahashi (高橋優)", "Yuu Takahashi"],
  ["SawanoHiroyuki[nZk]:Tielle", "SawanoHiroyuki[nZk]:Tielle"],
  ["Eri, Maki (Riho Iida, Pile)", "Riho Iida <Eri> | Pile <Maki>"],
  ["Petit Rabbit&#039;s (Ayane Sakura, Inori Minase)", "Petit Rabbit's"],
  ["Sachika Misawa as Chitaru Namatame", "Sachika Misawa <Chitaru Namatame>"],
  ["Do As Infinity", "Do As Infinity"],
  ["???", "-"],
])("the credit %s names %s", (credit, artists) => {
  expect(writeArtists(first(`"A" by ${credit} (eps 1-2)`)?.artists ?? [])).toBe(artists);
});

test("a word for nothing is no song", () => {
  expect(parseThemeText("None")).toEqual([]);
});

test("remarks are kept as notes, the text as raw", () => {
  const text = '"Glitter Force" by Blush (English version)';
  expect(first(text)).toMatchObject({ notes: "English version", raw: text });
});

test("a parsed string becomes a theme with one version, its source and its raw text", () => {
  const [parsed] = parseThemeText('#2: "Rain (レイン)" by SID (eps 51-62)');
  expect(parsed && toTheme(parsed, "ED", "tenrai")).toEqual({
    kind: "ED",
    sequence: 2,
    group: null,
    title: { romaji: "Rain", native: "レイン" },
    artists: [{ name: "SID", aliasOf: null, character: null }],
    versions: [
      {
        version: null,
        episodes: [{ from: 51, to: 62 }],
        notes: null,
        isSpoiler: false,
        isNsfw: false,
        videoUrl: null,
        audioUrl: null,
      },
    ],
    source: "tenrai",
    raw: '#2: "Rain (レイン)" by SID (eps 51-62)',
  });
});
