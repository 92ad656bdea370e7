import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Anime } from "../../src/domain/anime.ts";
import type { FranchiseSongs, Missing, SeasonSongs } from "../../src/domain/franchise.ts";
import type { Theme, ThemeVersion } from "../../src/domain/theme.ts";
import { episodesInWords, songLine } from "../../src/presenters/song-line.ts";
import { presentSongList } from "../../src/presenters/song-list.ts";

const ESC = String.fromCharCode(27);

const anime: Anime = {
  anilistId: 16498,
  malId: 16498,
  title: { romaji: "Shingeki no Kyojin", english: "Attack on Titan", native: "進撃の巨人" },
  synonyms: [],
  format: "TV",
  startDate: { year: 2013, month: 4, day: 7 },
  episodes: 25,
  isAiring: false,
  isAdult: false,
  coverUrl: null,
  siteUrl: null,
};
const version: ThemeVersion = {
  version: null,
  episodes: [{ from: 1, to: 13 }],
  notes: null,
  isSpoiler: false,
  isNsfw: false,
  videoUrl: "https://v.example.org/op1.webm",
  audioUrl: null,
};
const theme: Theme = {
  kind: "OP",
  sequence: 1,
  group: null,
  title: { romaji: "Guren no Yumiya", native: "紅蓮の弓矢" },
  artists: [{ name: "Linked Horizon", aliasOf: null, character: null }],
  versions: [version],
  source: "animethemes",
  raw: null,
};
const season: SeasonSongs = {
  anime,
  role: { kind: "season", number: 1 },
  openings: [theme],
  endings: [],
  isStale: false,
};

function list(seasons: readonly SeasonSongs[], rest: Partial<FranchiseSongs> = {}): string {
  return presentSongList({ seasons, isCut: false, missing: [], ...rest }, { titleStyle: "romaji", isRich: false });
}

test("a season shows number, format and year, its song artist, episodes, source and where to listen", () => {
  expect(list([season])).toBe(
    [
      "Season 1: Shingeki no Kyojin (TV, 2013)",
      "  OP1   Guren no Yumiya (紅蓮の弓矢) by Linked Horizon · eps 1–13 · AnimeThemes",
      "        https://v.example.org/op1.webm",
    ].join("\n"),
  );
});

test("seasons come first, films, OVAs, specials and others under their own headings", () => {
  const film: SeasonSongs = { ...season, role: { kind: "film" }, anime: { ...anime, format: "MOVIE" } };
  const text = list([
    { ...season, role: { kind: "other" } },
    { ...season, role: { kind: "special" } },
    { ...season, role: { kind: "ova" } },
    film,
    season,
  ]);
  const order = ["Season 1", "Films", "OVAs", "Specials", "Also in this franchise"].map((word) => text.indexOf(word));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(order.every((at) => at >= 0)).toBe(true);
  expect(text.match(/Season 1/g)).toHaveLength(1);
});

test("an anime without songs says so", () => {
  expect(list([{ ...season, openings: [] }])).toContain("no opening or ending is known");
});

test("an unknown artist, title and episodes are said plainly", () => {
  const bare: Theme = {
    ...theme,
    title: { romaji: null, native: null },
    artists: [],
    versions: [{ ...version, episodes: null, videoUrl: null }],
  };
  const text = list([{ ...season, openings: [bare, { ...bare, sequence: 2 }] }]);
  expect(text).toContain("OP1   title unknown artist unknown · episodes unknown · AnimeThemes");
});

test("every version has its own episodes, marks and link", () => {
  const second = {
    ...version,
    version: 2,
    episodes: [{ from: 14, to: null }],
    isSpoiler: true,
    isNsfw: true,
    notes: "BD",
  };
  const text = list([{ ...season, openings: [{ ...theme, versions: [{ ...version, version: 1 }, second] }] }]);
  expect(text).toContain("· v1 · eps 1–13 ·");
  expect(text).toContain("v2 · eps 14– · spoiler · NSFW · BD");
});

test.each([
  ["romaji", "Season 1: Shingeki no Kyojin", "Guren no Yumiya (紅蓮の弓矢)"],
  ["english", "Season 1: Attack on Titan", "Guren no Yumiya (紅蓮の弓矢)"],
  ["native", "Season 1: 進撃の巨人", "紅蓮の弓矢 (Guren no Yumiya)"],
] as const)("titles in %s lead", (titleStyle, heading, song) => {
  const text = presentSongList({ seasons: [season], isCut: false, missing: [] }, { titleStyle, isRich: false });
  expect(text).toContain(heading);
  expect(text).toContain(song);
});

test("an anime without a title in the wanted style keeps its romaji title", () => {
  const nameless = { ...season, anime: { ...anime, title: { ...anime.title, english: null } } };
  const songs = { seasons: [nameless], isCut: false, missing: [] };
  expect(presentSongList(songs, { titleStyle: "english", isRich: false })).toContain("Season 1: Shingeki no Kyojin");
});

describe("what is missing", () => {
  const reasons = ["down", "throttled", "refused", "other-shape", "timeout", "offline", "not-configured"] as const;

  test("each reason has its own sentence with the source's name, at the end", () => {
    const missing = reasons.map((reason): Missing => ({ part: "songs", source: "animethemes", reason, detail: "" }));
    const lines = list([season], { missing }).split("\n").slice(-reasons.length);
    expect(new Set(lines).size).toBe(reasons.length);
    for (const line of lines) expect(line).toMatch(/^AnimeThemes .*, so songs may be missing\.$/);
  });

  test("each part is named, and what the source said", () => {
    const parts = ["identity", "relations", "songs"] as const;
    const missing = parts.map(
      (part): Missing => ({ part, source: "anilist", reason: "down", detail: "AniList is down: status 502." }),
    );
    const text = list([season], { missing });
    for (const words of ["titles and dates", "seasons", "songs"]) {
      expect(text).toContain(`AniList is down (status 502), so ${words} may be missing.`);
    }
  });

  test("an anime that nobody catalogues is named once, a cut franchise is said", () => {
    const detail = "No source that answered lists songs of A (AniList 1).";
    const gap: Missing = { part: "songs", source: "animethemes", reason: "not-catalogued", detail };
    const text = list([season], { missing: [gap, gap], isCut: true });
    expect(text.split(detail)).toHaveLength(2);
    expect(text).toContain("larger than this list");
  });

  test("an answer served while its source is down is marked", () => {
    expect(list([{ ...season, isStale: true }])).toContain("(an earlier answer: its source is down)");
  });

  test("no anime at all is said", () => {
    expect(list([])).toBe("No anime of this franchise is known.");
  });
});

describe("text from outside", () => {
  const hostile = `A${ESC}[31mB\r\n\u202eC\u0007\u009b2J`;

  function listOf(text: string): string {
    const evil: Theme = {
      ...theme,
      group: text,
      title: { romaji: text, native: text },
      artists: [{ name: text, aliasOf: text, character: text }],
      versions: [{ ...version, notes: text }, version],
    };
    const title = { romaji: text, english: text, native: text };
    const missing: readonly Missing[] = [{ part: "songs", source: "tenrai", reason: "down", detail: text }];
    return list([{ ...season, anime: { ...anime, title }, openings: [evil] }], { missing });
  }

  test("never reaches the terminal with controls nor adds a line, whatever field it stands in", () => {
    const lines = listOf("plain").split("\n").length;
    fc.assert(
      fc.property(fc.oneof(fc.constant(hostile), fc.string({ unit: "binary" })), (text) => {
        const shown = listOf(text).split("\n");
        expect(shown.join("")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
        expect(shown).toHaveLength(lines);
      }),
      { numRuns: 500 },
    );
  });

  test.each(["javascript:alert(1)", "file:///etc/passwd", "not a link", ""])("%j is no link to listen", (videoUrl) => {
    expect(songLine({ ...theme, versions: [{ ...version, videoUrl }] }, "romaji").versions[0]?.link).toBeNull();
  });

  test("without a video the audio is the link", () => {
    const audio = { ...version, videoUrl: null, audioUrl: "https://a.example.org/op1.ogg" };
    expect(songLine({ ...theme, versions: [audio] }, "romaji").versions[0]?.link).toBe("https://a.example.org/op1.ogg");
  });
});

test("colours only where they are wanted, and the words stay the same", () => {
  const songs = { seasons: [season], isCut: true, missing: [] };
  const rich = presentSongList(songs, { titleStyle: "romaji", isRich: true });
  const plain = presentSongList(songs, { titleStyle: "romaji", isRich: false });
  expect(plain).not.toContain(ESC);
  expect(rich).toContain(ESC);
  expect(rich.replaceAll(new RegExp(`${ESC}\\[[0-9;]*m`, "g"), "")).toBe(plain);
});

test.each([
  [null, ""],
  [[], ""],
  [[{ from: 3, to: 3 }], "ep 3"],
  [
    [
      { from: 1, to: 3 },
      { from: 5, to: 5 },
      { from: 807, to: null },
    ],
    "eps 1–3, 5, 807–",
  ],
  [[{ from: 36.5, to: 36.5 }], "ep 36.5"],
])("episodes %j read as %j", (episodes, words) => {
  expect(episodesInWords(episodes)).toBe(words);
});

test("a character and an alias stand with the artist", () => {
  const artists = [
    { name: "Kenji Akabane", aliasOf: null, character: "Popuko" },
    { name: "LiSA", aliasOf: "Risa Oribe", character: null },
  ];
  expect(songLine({ ...theme, artists }, "romaji").artists).toBe("Kenji Akabane as Popuko, LiSA (Risa Oribe)");
});

test("a single theme has no number, a group is named", () => {
  expect(songLine({ ...theme, sequence: null }, "romaji").label).toBe("OP");
  expect(songLine({ ...theme, kind: "ED", sequence: 2, group: "HD Remaster" }, "romaji").label).toBe(
    "ED2 (HD Remaster)",
  );
});
