import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AniList } from "../../src/sources/anilist.ts";
import { openGraphql } from "../../src/sources/graphql.ts";
import { animeSourceContract } from "../contracts/anime-source.ts";
import { type Doubles, startDoubles } from "../support/doubles.ts";
import { hastyFetch } from "../support/hasty.ts";

const { signal } = new AbortController();
let doubles: Doubles;
beforeAll(async () => {
  doubles = await startDoubles();
});
afterAll(() => doubles.close());

const overHttp = () => new AniList(openGraphql(doubles.anilistUrl, hastyFetch("AniList")));

describe("AniList", () => {
  animeSourceContract(async () => ({ source: overHttp(), known: 101, unknown: 5_000, romaji: "Tourou no Minato" }));

  test("tells card and relations, without manga", async () => {
    const node = (await overHttp().anime([101], signal)).get(101);
    expect(node).toEqual({
      anime: {
        anilistId: 101,
        malId: 50_101,
        title: { romaji: "Tourou no Minato", english: "Lantern Harbour", native: "灯籠の港" },
        synonyms: ["LanHar"],
        format: "TV",
        startDate: { year: 2001, month: 4, day: 1 },
        episodes: 12,
        isAiring: false,
        isAdult: false,
        coverUrl: "https://covers.example.org/large/101.jpg",
        siteUrl: "https://anilist.co/anime/101",
      },
      relations: [
        { kind: "SEQUEL", anilistId: 102 },
        { kind: "SIDE_STORY", anilistId: 111 },
        { kind: "SUMMARY", anilistId: 120 },
      ],
    });
  });

  test("asks for fifty ids at a time", async () => {
    const before = doubles.requests.length;
    await overHttp().anime(
      Array.from({ length: 101 }, (_, at) => at + 1),
      signal,
    );
    const sizes = doubles.requests.slice(before).map(({ body }) => JSON.parse(body).variables.ids.length);
    expect(sizes).toEqual([50, 50, 1]);
  });

  test("knows what is on air", async () => {
    const nodes = await overHttp().anime([103, 104], signal);
    expect([nodes.get(103)?.anime.isAiring, nodes.get(104)?.anime.isAiring]).toEqual([false, true]);
  });

  test("reads everything that may be null, and names that are new", async () => {
    const edges = [
      null,
      { relationType: null, node: null },
      { relationType: "BRAND_NEW", node: { id: 8, type: "ANIME" } },
    ];
    const bare = {
      id: 7,
      idMal: null,
      format: "HOLOGRAM",
      status: null,
      isAdult: null,
      episodes: null,
      synonyms: null,
    };
    const media = { ...bare, siteUrl: null, startDate: null, title: null, coverImage: null, relations: { edges } };
    const node = (await canned({ data: { Page: { media: [media] } } }).anime([7], signal)).get(7);
    expect(node).toEqual({
      anime: {
        anilistId: 7,
        malId: null,
        title: { romaji: "AniList 7", english: null, native: null },
        synonyms: [],
        format: null,
        startDate: { year: null, month: null, day: null },
        episodes: null,
        isAiring: false,
        isAdult: false,
        coverUrl: null,
        siteUrl: null,
      },
      relations: [{ kind: "BRAND_NEW", anilistId: 8 }],
    });
  });

  test.each([
    [{ data: { Page: { media: [{ id: "7" }] } } }, "Page.media.0.id"],
    [{ data: { Page: null } }, "Page"],
    [{ data: {} }, "Page"],
    [{}, ""],
  ])("calls %j another shape, never an empty answer", async (body, where) => {
    const failure = canned(body).anime([7], signal);
    await expect(failure).rejects.toMatchObject({
      code: "source-other-shape",
      message: expect.stringContaining(`AniList answered in another shape: ${where}`),
    });
  });
});

function canned(body: unknown): AniList {
  return new AniList(openGraphql("http://x/", async () => Response.json(body)));
}
