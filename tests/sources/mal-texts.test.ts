import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Anime } from "../../src/domain/anime.ts";
import type { ThemeSource } from "../../src/pipeline/ports.ts";
import { MyAnimeList } from "../../src/sources/myanimelist.ts";
import { Tenrai } from "../../src/sources/tenrai.ts";
import { themeSourceContract } from "../contracts/theme-source.ts";
import { inventedCatalogue } from "../support/catalogue.ts";
import { nodesOf } from "../support/catalogue-nodes.ts";
import type { Fault } from "../support/double-server.ts";
import { type Doubles, startDoubles } from "../support/doubles.ts";
import { hastyFetch } from "../support/hasty.ts";
import { http, listen } from "../support/listener.ts";

const { signal } = new AbortController();
let doubles: Doubles;
beforeAll(async () => {
  doubles = await startDoubles();
});
afterAll(() => doubles.close());
beforeEach(() => {
  doubles.setFault("tenrai", null);
  doubles.setFault("myanimelist", null);
});

const open: Readonly<Record<"tenrai" | "myanimelist", () => ThemeSource>> = {
  tenrai: () => new Tenrai(hastyFetch("Tenrai"), doubles.tenraiUrl),
  myanimelist: () => new MyAnimeList(hastyFetch("MyAnimeList"), { url: `${doubles.malUrl}/`, clientId: "c1" }),
};

describe.each(["tenrai", "myanimelist"] as const)("%s", (name) => {
  themeSourceContract(async () => ({
    source: open[name](),
    known: anime(101),
    unknown: { ...anime(101), anilistId: 1, malId: 1 },
  }));

  test("reads the song texts and keeps them as they were", async () => {
    const themes = (await open[name]().themes([anime(101)], signal)).get(101) ?? [];
    expect(themes.map(({ kind, title }) => [kind, title.romaji, title.native])).toEqual([
      ["OP", "Paper Boats", "紙の舟"],
      ["OP", "Lighthouse", null],
      ["ED", "Low Water", null],
    ]);
    expect(themes[0]).toMatchObject({
      artists: [{ name: "The Tidewriters" }],
      versions: [
        {
          episodes: [
            { from: 1, to: 7 },
            { from: 9, to: 12 },
          ],
        },
      ],
      raw: '#1: "Paper Boats (紙の舟)" by The Tidewriters (eps 1-7, 9-12)',
    });
  });

  test("asks nothing about an anime without a MyAnimeList id", async () => {
    const before = doubles.requests.length;
    expect((await open[name]().themes([anime(140)], signal)).size).toBe(0);
    expect(doubles.requests).toHaveLength(before);
  });

  test("says that an anime without songs has none", async () => {
    expect((await open[name]().themes([anime(120)], signal)).get(120)).toEqual([]);
  });

  const faults: readonly [Fault["kind"], string][] = [
    ["bad-gateway", "source-down"],
    ["forbidden", "source-refused"],
    ["throttled", "source-throttled"],
    ["error-page", "source-other-shape"],
    ["truncated", "source-other-shape"],
  ];
  test.each(faults)("met with %s fails as %s", async (kind, code) => {
    doubles.setFault(name, { kind });
    await expect(open[name]().themes([anime(101)], signal)).rejects.toMatchObject({ code });
  });
});

describe("Tenrai", () => {
  test("answering null for both lists has not read the page, which is not 'has none'", async () => {
    const source = new Tenrai(async () => Response.json({ data: { openings: null, endings: null } }), "http://x/v1");
    expect((await source.themes([anime(101)], signal)).size).toBe(0);
  });

  test("answering in another shape says so", async () => {
    const source = new Tenrai(async () => Response.json({ openings: [] }), "http://x/v1");
    await expect(source.themes([anime(101)], signal)).rejects.toMatchObject({ code: "source-other-shape" });
  });
});

describe("MyAnimeList", () => {
  test("is asked under the client id", async () => {
    const before = doubles.requests.length;
    await open.myanimelist().themes([anime(101)], signal);
    expect(doubles.requests[before]?.headers["x-mal-client-id"]).toBe("c1");
  });

  test("does not carry the client id to where a redirect points", async () => {
    const elsewhere = await listen((socket) => socket.end(http(200, { "content-length": 2 }, "{}")));
    const location = `http://localhost:${elsewhere.port}/`;
    const service = await listen((socket) => socket.end(http(302, { location, "content-length": 0 })));
    const source = new MyAnimeList(hastyFetch("MyAnimeList"), {
      url: `http://127.0.0.1:${service.port}`,
      clientId: "c1",
    });
    await expect(source.themes([anime(101)], signal)).rejects.toMatchObject({ code: "source-down" });
    expect([service.reached(), elsewhere.reached()]).toEqual([1, 0]);
  });
});

function anime(id: number): Anime {
  const node = nodesOf(inventedCatalogue()).get(id);
  if (!node) throw new RangeError(`no anime ${id} in the catalogue`);
  return node.anime;
}
