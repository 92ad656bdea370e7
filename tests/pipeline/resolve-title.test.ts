import { describe, expect, test } from "vitest";
import type { Anime } from "../../src/domain/anime.ts";
import { OpfindError } from "../../src/errors.ts";
import { openResolveTitle } from "../../src/pipeline/resolve-title.ts";
import { invented } from "../support/catalogue.ts";
import { nodesOf } from "../support/catalogue-nodes.ts";

const { signal } = new AbortController();

describe("a title", () => {
  const titled = anime(1, "Tourou no Minato!!", { english: "Lantern Harbour", native: "灯籠の港" }, ["LanHar"]);
  const other = anime(2, "Tourou no Minato 2");

  test.each([
    "Tourou no Minato!!",
    "tourou NO minato",
    "Tóürou nò Minatõ",
    "lantern  harbour",
    "灯籠の港",
    "LANHAR",
    "Ｌａｎｈａｒ",
  ])("written %j names the anime", async (text) => {
    expect(await resolver([titled, other])(text, signal)).toBe(1);
  });

  test("that is a number is an AniList id, and nobody is asked", async () => {
    const never = { name: "anilist" as const, searchTitle: () => Promise.reject(new RangeError("asked")) };
    expect(await openResolveTitle([never])(" 5114 ", signal)).toBe(5114);
  });

  test("that only one anime contains names it", async () => {
    expect(await resolver([titled])("lantern", signal)).toBe(1);
  });

  test("that the only hit does not contain is asked back", async () => {
    await expect(resolver([titled])("Haikyuu", signal)).rejects.toMatchObject({ code: "title-ambiguous" });
  });

  test("that several contain is asked back with every candidate", async () => {
    const failure = await resolver([titled, other])("Minato", signal).catch((error) => error);
    expect(failure).toMatchObject({ code: "title-ambiguous" });
    expect(failure.message).toContain("1: Tourou no Minato!! (TV, 2001)");
    expect(failure.details.candidates).toBe("1: Tourou no Minato!! (TV, 2001)\n2: Tourou no Minato 2 (TV, 2002)");
  });

  test("that two anime share is asked back with those two", async () => {
    const twins = [anime(5, "Double"), anime(6, "Double"), anime(7, "Double Trouble")];
    const failure = await resolver(twins)("double", signal).catch((error) => error);
    expect(failure.details.candidates).toBe("5: Double (TV, 2005)\n6: Double (TV, 2006)");
  });

  test("that nobody has is unknown", async () => {
    await expect(resolver([])("Nothing", signal)).rejects.toMatchObject({ code: "title-unknown" });
  });

  test.each(["", "   "])("%j is no title", async (text) => {
    await expect(resolver([])(text, signal)).rejects.toMatchObject({ code: "usage" });
  });

  test("of signs only is compared as it is", async () => {
    expect(await resolver([anime(3, "＊"), anime(4, "†")])("†", signal)).toBe(4);
  });

  test("keeps its voiced kana: ハ is not バ", async () => {
    expect(await resolver([anime(3, "ハ"), anime(4, "バ")])("バ", signal)).toBe(4);
  });
});

describe("a title that the first source only comes near to", () => {
  const near = {
    name: "anilist" as const,
    searchTitle: async () => [anime(7, "Steins;Gate Movie"), anime(8, "Stein")],
  };

  test("is found where the next source has exactly it", async () => {
    const next = { name: "snapshot" as const, searchTitle: async () => [anime(8, "Stein"), anime(9, "Steins;Gate")] };
    expect(await openResolveTitle([near, next])("Steins Gate", signal)).toBe(9);
  });

  test("is asked back with the first source's candidates where none has it", async () => {
    const next = { name: "snapshot" as const, searchTitle: async () => [anime(8, "Stein")] };
    const failure = await openResolveTitle([near, next])("Steins Gate", signal).catch((error) => error);
    expect(failure.details.candidates).toBe("7: Steins;Gate Movie (TV, 2007)\n8: Stein (TV, 2008)");
  });
});

describe("with the first source down", () => {
  const down = new OpfindError("source-down", "AniList is down.");
  const failing = { name: "anilist" as const, searchTitle: () => Promise.reject(down) };

  test("the next one is asked", async () => {
    const next = { name: "snapshot" as const, searchTitle: async () => [anime(1, "Tourou")] };
    expect(await openResolveTitle([failing, next])("tourou", signal)).toBe(1);
  });

  test("a title that the next one does not know is not called unknown", async () => {
    const next = { name: "snapshot" as const, searchTitle: async () => [] };
    await expect(openResolveTitle([failing, next])("tourou", signal)).rejects.toBe(down);
  });
});

function resolver(found: readonly Anime[]) {
  return openResolveTitle([{ name: "anilist", searchTitle: async () => found }]);
}

function anime(
  id: number,
  romaji: string,
  more: { english?: string; native?: string } = {},
  synonyms: readonly string[] = [],
): Anime {
  const title = { romaji, english: more.english ?? null, native: more.native ?? null };
  const node = nodesOf(new Map([[id, invented(id, romaji, { title, synonyms })]])).get(id);
  if (!node) throw new RangeError("no such anime");
  return node.anime;
}
