import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Anime } from "../../src/domain/anime.ts";
import { AnimeThemes } from "../../src/sources/animethemes.ts";
import { parseEpisodeList } from "../../src/sources/animethemes-theme.ts";
import { openGraphql } from "../../src/sources/graphql.ts";
import { themeSourceContract } from "../contracts/theme-source.ts";
import { inventedCatalogue } from "../support/catalogue.ts";
import { nodesOf } from "../support/catalogue-nodes.ts";
import { type Doubles, startDoubles } from "../support/doubles.ts";
import { hastyFetch } from "../support/hasty.ts";

const { signal } = new AbortController();
let doubles: Doubles;
beforeAll(async () => {
  doubles = await startDoubles();
});
afterAll(() => doubles.close());

const overHttp = () => new AnimeThemes(openGraphql(doubles.animethemesUrl, hastyFetch("AnimeThemes")));

describe("AnimeThemes", () => {
  themeSourceContract(async () => ({ source: overHttp(), known: anime(101), unknown: anime(120) }));

  test("tells titles, artists, episodes and where to listen", async () => {
    const [first] = (await overHttp().themes([anime(101)], signal)).get(101) ?? [];
    expect(first).toEqual({
      kind: "OP",
      sequence: 1,
      group: null,
      title: { romaji: "Paper Boats", native: "紙の舟" },
      artists: [{ name: "The Tidewriters", aliasOf: null, character: null }],
      versions: [
        {
          version: 1,
          episodes: [
            { from: 1, to: 7 },
            { from: 9, to: 12 },
          ],
          notes: null,
          isSpoiler: false,
          isNsfw: false,
          videoUrl: "https://v.example.org/101-OP1.webm",
          audioUrl: "https://a.example.org/101-OP1.ogg",
        },
      ],
      source: "animethemes",
      raw: null,
    });
  });

  test("answers a whole franchise in one request", async () => {
    const before = doubles.requests.length;
    const themes = await overHttp().themes([101, 102, 103, 104].map(anime), signal);
    expect([...themes.keys()].sort()).toEqual([101, 102, 103, 104]);
    expect(doubles.requests).toHaveLength(before + 1);
  });

  test("finds by its MyAnimeList id what it does not know by AniList's", async () => {
    const themes = await overHttp().themes([anime(130), anime(101)], signal);
    expect(themes.get(130)?.map(({ title }) => title.romaji)).toEqual(["Orchard", "Windfall"]);
  });

  test("asks for a hundred ids at a time", async () => {
    const before = doubles.requests.length;
    const many = Array.from({ length: 150 }, (_, at) => ({ ...anime(101), anilistId: 9_000 + at, malId: null }));
    await overHttp().themes(many, signal);
    const sizes = doubles.requests.slice(before).map(({ body }) => JSON.parse(body).variables.ids.length);
    expect(sizes).toEqual([100, 50]);
  });

  test("shows an artist once per name and character, with its alias", async () => {
    const group = { id: 9, name: { main: "Kase & Co", native: null } };
    const performances = [
      { alias: null, as: null, artist: group },
      { alias: null, as: null, artist: group },
      { alias: "Mio", as: "Keeper", artist: { id: 10, name: { main: "Mio Kase", native: null } } },
      { alias: "Mio", as: "Keeper", artist: { id: 10, name: { main: "Mio Kase", native: null } } },
      { alias: null, as: null, artist: null },
    ];
    const theme = await oneTheme({ song: { title: { romaji: "T", native: null }, performances } });
    expect(theme?.artists).toEqual([
      { name: "Kase & Co", aliasOf: null, character: null },
      { name: "Mio", aliasOf: "Mio Kase", character: "Keeper" },
    ]);
  });

  test("takes the video without credits, then without overlap, then the largest", async () => {
    const video = (link: string, more: object) => ({
      link,
      resolution: 1080,
      nc: true,
      overlap: "NONE",
      audio: null,
      ...more,
    });
    const nodes = [
      video("credits", { nc: false, resolution: 2160 }),
      video("over", { overlap: "OVER", resolution: 2160 }),
      video("small", { resolution: 480 }),
      video("best", { audio: { link: "ogg" } }),
      video("unknown", { resolution: null }),
    ];
    const theme = await oneTheme({ animethemeentries: [entry({ videos: { nodes } })] });
    expect(theme?.versions[0]).toMatchObject({ videoUrl: "best", audioUrl: "ogg" });
  });

  test("keeps spoiler, NSFW and notes with their version, and the group's name", async () => {
    const entries = [entry({ spoiler: true, notes: "Alternate" }), entry({ version: 2, nsfw: true, episodes: "8" })];
    const theme = await oneTheme({ group: { name: "TV Version" }, animethemeentries: entries });
    expect(theme).toMatchObject({
      group: "TV Version",
      versions: [
        { version: 1, isSpoiler: true, isNsfw: false, notes: "Alternate", episodes: null },
        { version: 2, isSpoiler: false, isNsfw: true, notes: null, episodes: [{ from: 8, to: 8 }] },
      ],
    });
  });

  test("reads a theme whose song nobody knows", async () => {
    const theme = await oneTheme({ song: null, animethemeentries: [] });
    expect(theme).toMatchObject({ title: { romaji: null, native: null }, artists: [] });
    expect(theme?.versions).toHaveLength(1);
  });

  test("leaves insert songs out, and keeps an anime that has nothing else", async () => {
    const themes = await canned([{ ...THEME, type: "IN" }]).themes([anime(101)], signal);
    expect(themes.get(101)).toEqual([]);
  });

  test.each([
    [{ data: { findAnimeByExternalSite: [{ animethemes: [] }] } }],
    [{ data: { findAnimeByExternalSite: null } }],
    [{ data: { findAnimeByExternalSite: [{ resources: { nodes: [] }, animethemes: [{ ...{}, type: "OP" }] }] } }],
  ])("calls %j another shape, never an empty answer", async (body) => {
    const source = new AnimeThemes(openGraphql("http://x/", async () => Response.json(body)));
    await expect(source.themes([anime(101)], signal)).rejects.toMatchObject({ code: "source-other-shape" });
  });

  test("calls the old song title, a plain string, another shape", async () => {
    const old = canned([{ ...THEME, song: { title: "T", performances: [] } }]);
    await expect(old.themes([anime(101)], signal)).rejects.toMatchObject({ code: "source-other-shape" });
  });
});

describe("a list of episodes", () => {
  test.each([
    ["1-14", [{ from: 1, to: 14 }]],
    [
      "1-7, 9-12",
      [
        { from: 1, to: 7 },
        { from: 9, to: 12 },
      ],
    ],
    ["8", [{ from: 8, to: 8 }]],
    ["3-", [{ from: 3, to: null }]],
    ["3 – 5", [{ from: 3, to: 5 }]],
    ["", null],
    ["94-73", null],
    ["1-7, ?", null],
    ["all", null],
    ["1,,2", null],
  ])("reads %j", (text, ranges) => {
    expect(parseEpisodeList(text)).toEqual(ranges);
  });
});

function anime(id: number): Anime {
  const node = nodesOf(inventedCatalogue()).get(id);
  if (!node) throw new RangeError(`no anime ${id} in the catalogue`);
  return node.anime;
}

function entry(more: object) {
  return { version: 1, episodes: null, notes: null, nsfw: false, spoiler: false, videos: null, ...more };
}

const THEME = { type: "OP", sequence: null, group: null, song: null, animethemeentries: [entry({})] };

function canned(animethemes: readonly object[]): AnimeThemes {
  const resources = { nodes: [{ site: "ANILIST", externalId: 101 }] };
  const body = { data: { findAnimeByExternalSite: [{ resources, animethemes }] } };
  return new AnimeThemes(openGraphql("http://x/", async () => Response.json(body)));
}

async function oneTheme(more: object) {
  const themes = (await canned([{ ...THEME, ...more }]).themes([anime(101)], signal)).get(101);
  return themes?.[0];
}
