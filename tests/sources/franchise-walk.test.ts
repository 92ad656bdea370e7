import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AnilistId } from "../../src/domain/anime.ts";
import type { Franchise } from "../../src/domain/franchise.ts";
import { walkFranchise } from "../../src/sources/franchise-walk.ts";
import { type CatalogueAnime, catalogueOf, invented, inventedCatalogue } from "../support/catalogue.ts";
import { readCatalogue2018 } from "../support/catalogue-2018.ts";
import { nodesOf } from "../support/catalogue-nodes.ts";
import { sharedDir } from "../support/shared.ts";

const signal = new AbortController().signal;

describe("a franchise", () => {
  test("is the same list from every season, film, OVA and recap of it", async () => {
    const walk = walkerOf([...inventedCatalogue().values()]);
    const expected = "S1:101 S2:102 S3:104 film:103 ova:111 ova:112 special:120";
    for (const start of [101, 102, 103, 104, 111, 112, 120])
      expect(brief(await walk(start)), `${start}`).toBe(expected);
  });

  test("of a lone title is that title", async () => {
    expect(brief(await walkerOf([invented(7, "Lone")])(7))).toBe("S1:7");
  });

  test("of an id that nobody knows is null, which is not an empty list", async () => {
    expect(await walkerOf([])(7)).toBeNull();
  });

  test("survives loops", async () => {
    const walk = walkerOf([
      invented(1, "A", { relations: { SEQUEL: [2], PREQUEL: [3] } }),
      invented(2, "B", { relations: { SEQUEL: [3], PREQUEL: [1] } }),
      invented(3, "C", { relations: { SEQUEL: [1, 3], PREQUEL: [2] } }),
    ]);
    for (const start of [1, 2, 3]) expect(brief(await walk(start))).toBe("S1:1 S2:2 S3:3");
  });

  test("lists a one-sided sequel, but does not count it as a season", async () => {
    const walk = walkerOf([
      invented(1, "A", { relations: { SEQUEL: [2, 9] } }),
      invented(2, "B", { relations: { PREQUEL: [1] } }),
      invented(9, "Silent"),
    ]);
    for (const start of [1, 2]) expect(brief(await walk(start))).toBe("S1:1 S2:2 other:9");
    expect(brief(await walk(9))).toBe("S1:9");
  });

  test("numbers by date, then id, with unknown dates last", async () => {
    const day = { year: 2001, month: 4, day: 1 };
    const walk = walkerOf([
      invented(5, "B", { startDate: day, relations: { SEQUEL: [4, 6, 7, 8] } }),
      invented(4, "A", { startDate: day, relations: { PREQUEL: [5] } }),
      invented(6, "Month", { startDate: { year: 2001, month: null, day: null }, relations: { PREQUEL: [5] } }),
      invented(7, "Announced", { startDate: { year: null, month: null, day: null }, relations: { PREQUEL: [5] } }),
      invented(8, "Later", { startDate: { year: 2002, month: 1, day: 1 }, relations: { PREQUEL: [5] } }),
    ]);
    expect(brief(await walk(8))).toBe("S1:4 S2:5 S3:6 S4:8 S5:7");
  });

  test("of an OVA with two parents is that of the smaller id", async () => {
    const walk = walkerOf([
      invented(1, "A", { relations: { SIDE_STORY: [9] } }),
      invented(2, "B", { relations: { SIDE_STORY: [9] } }),
      invented(9, "OVA", { format: "OVA", relations: { PARENT: [2, 1] } }),
    ]);
    expect(brief(await walk(9))).toBe("S1:1 ova:9");
    expect(brief(await walk(2))).toBe("S1:2 ova:9");
  });

  test("never lacks the title that was asked for, even if its parent ignores it", async () => {
    const walk = walkerOf([invented(1, "A"), invented(9, "OVA", { format: "OVA", relations: { PARENT: [1] } })]);
    expect(brief(await walk(9))).toBe("ova:9 other:1");
  });

  test("follows no character, no other kind, and no kind that is new", async () => {
    const walk = walkerOf([
      invented(1, "A", { relations: { CHARACTER: [2], OTHER: [3], SAME_UNIVERSE: [4], ADAPTATION: [5] } }),
      ...[2, 3, 4, 5].map((id) => invented(id, `${id}`)),
    ]);
    expect(brief(await walk(1))).toBe("S1:1");
  });

  test("of a spin-off with seasons of its own stands by itself", async () => {
    const walk = walkerOf([
      invented(1, "Main", { relations: { SPIN_OFF: [2] } }),
      invented(2, "Spin", { relations: { PARENT: [1], SEQUEL: [3] } }),
      invented(3, "Spin 2", { relations: { PREQUEL: [2] } }),
    ]);
    expect(brief(await walk(3))).toBe("S1:2 S2:3 other:1");
    expect(brief(await walk(1))).toBe("S1:1 other:2");
  });
});

describe("the walk", () => {
  test("asks each layer in one request and nothing twice", async () => {
    const layers: (readonly number[])[] = [];
    const nodes = nodesOf(inventedCatalogue());
    await walkFranchise(
      async (ids) => {
        layers.push(ids);
        return new Map(ids.flatMap((id) => (nodes.has(id) ? [[id, nodes.get(id) ?? never()]] : [])));
      },
      101,
      signal,
    );
    expect(layers).toEqual([[101], [102, 111, 120], [103], [104], [112]]);
  });

  test("sees a chain of eleven whole from both ends", async () => {
    const walk = walkerOf(chain(11));
    expect((await walk(1))?.entries).toHaveLength(11);
    expect(await walk(11)).toEqual(await walk(1));
  });

  test("stops at sixty titles and says so", async () => {
    const hub = invented(1, "Hub", { relations: { SIDE_STORY: range(2, 100) } });
    const leaves = range(2, 100).map((id) => invented(id, `${id}`, { format: "OVA", relations: { PARENT: [1] } }));
    const franchise = await walkerOf([hub, ...leaves])(1);
    expect(franchise?.entries).toHaveLength(60);
    expect(franchise?.isCut).toBe(true);
  });

  test("says so when a chain is longer than its layers, and keeps the title asked for", async () => {
    const franchise = await walkerOf(chain(40))(40);
    expect(franchise?.isCut).toBe(true);
    expect(franchise?.entries.map(({ anime }) => anime.anilistId)).toContain(40);
  });

  test("hands an outage on", async () => {
    const outage = new Error("down");
    await expect(walkFranchise(() => Promise.reject(outage), 1, signal)).rejects.toBe(outage);
  });
});

describe("whatever the relations are", () => {
  const kinds = ["PREQUEL", "SEQUEL", "SIDE_STORY", "PARENT", "SUMMARY", "ALTERNATIVE", "CONTAINS", "OTHER"];
  const edge = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom(...kinds), fc.integer({ min: 1, max: 9 }));
  const formats = fc.array(fc.constantFrom("TV", "MOVIE", "OVA", "ONA", null), { minLength: 9, maxLength: 9 });

  test("every season listed gives the identical list, and the title asked for is in it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edge, { maxLength: 24 }), formats, async (edges, ofFormat) => {
        const anime = range(1, 9).map((id) => {
          const own = edges.filter(([from]) => from === id);
          const relations = Object.fromEntries(
            kinds.map((kind) => [kind, own.flatMap(([, k, to]) => (k === kind ? to : []))]),
          );
          return invented(id, `${id}`, { format: ofFormat[id - 1] ?? null, relations });
        });
        const walk = walkerOf(anime);
        for (const { anilistId } of anime) {
          const franchise = await walk(anilistId);
          expect(idsOf(franchise)).toContain(anilistId);
          for (const season of seasonsOf(franchise)) expect(brief(await walk(season))).toBe(brief(franchise));
        }
      }),
      { numRuns: 300, seed: 20181120 },
    );
  });
});

describe.skipIf(!sharedDir)("in the graph of 2018 (needs ../shared)", () => {
  test("every season of every franchise gives the identical list", { timeout: 120_000 }, async () => {
    const nodes = nodesOf(readCatalogue2018(sharedDir ?? ""));
    const walk = walkerOfNodes(nodes);
    const lists = new Map<AnilistId, string>();
    for (const id of nodes.keys()) lists.set(id, brief(await walk(id)));
    let compared = 0;
    for (const [id, list] of lists) {
      expect(list).toMatch(new RegExp(`:${id}( |$)`));
      for (const season of list.matchAll(/S\d+:(\d+)/g)) {
        expect(lists.get(Number(season[1])), `${id} and ${season[1]}`).toBe(list);
        compared++;
      }
    }
    expect(lists.size).toBeGreaterThan(5_900);
    expect(compared).toBeGreaterThan(4_000);
  });
});

function walkerOf(anime: readonly CatalogueAnime[]) {
  return walkerOfNodes(nodesOf(catalogueOf(anime)));
}

function walkerOfNodes(nodes: ReturnType<typeof nodesOf>) {
  const ask = async (ids: readonly AnilistId[]) => {
    return new Map(ids.flatMap((id) => (nodes.has(id) ? [[id, nodes.get(id) ?? never()] as const] : [])));
  };
  return (start: AnilistId) => walkFranchise(ask, start, signal);
}

function brief(franchise: Franchise | null): string {
  const entries = franchise?.entries ?? [];
  return entries
    .map(({ anime, role }) => `${role.kind === "season" ? `S${role.number}` : role.kind}:${anime.anilistId}`)
    .join(" ");
}

function idsOf(franchise: Franchise | null): readonly AnilistId[] {
  return (franchise?.entries ?? []).map(({ anime }) => anime.anilistId);
}

function seasonsOf(franchise: Franchise | null): readonly AnilistId[] {
  return (franchise?.entries ?? []).flatMap(({ anime, role }) => (role.kind === "season" ? anime.anilistId : []));
}

function chain(length: number): readonly CatalogueAnime[] {
  return range(1, length).map((id) =>
    invented(id, `${id}`, {
      startDate: { year: 1900 + id, month: 1, day: 1 },
      relations: { PREQUEL: [id - 1], SEQUEL: [id + 1] },
    }),
  );
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function never(): never {
  throw new RangeError("not in the catalogue");
}
