import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema, type GraphQLSchema, isEnumType, isObjectType, parse, validate } from "graphql";
import { describe, expect, test } from "vitest";
import { FRANCHISE_LAYER, SEARCH_ANIME } from "../../src/sources/anilist.ts";
import { ANIME_LIST } from "../../src/sources/anilist-list.ts";
import { THEMES_BY_EXTERNAL_IDS } from "../../src/sources/animethemes.ts";
import { complexityOf, depthOf, readSchema } from "../support/graphql-rules.ts";
import { sharedDir } from "../support/shared.ts";

const QUERIES = [
  ["anilist", "FranchiseLayer", FRANCHISE_LAYER],
  ["anilist", "SearchAnime", SEARCH_ANIME],
  ["anilist", "AnimeList", ANIME_LIST],
  ["animethemes", "ThemesByExternalIds", THEMES_BY_EXTERNAL_IDS],
] as const;

const LIMITS = { anilist: { complexity: 500, depth: 13 }, animethemes: { complexity: 10_000, depth: 13 } } as const;

describe.each(QUERIES)("what we ask of %s by %s", (service, _, query) => {
  test("fits the part of its schema that the doubles serve", () => {
    expect(validate(readSchema(service), parse(query))).toEqual([]);
  });

  test("stays under its limits", () => {
    expect(complexityOf(parse(query))).toBeLessThan(LIMITS[service].complexity);
    expect(depthOf(parse(query))).toBeLessThanOrEqual(LIMITS[service].depth);
  });

  test.skipIf(!sharedDir)("fits its real schema (needs ../shared)", () => {
    expect(validate(readRealSchema(service), parse(query))).toEqual([]);
  });
});

describe("the measures", () => {
  test("count fields through fragments and aliases", () => {
    const document = parse("query { a: x { ...F } b: x { ...F } } fragment F on T { y { z } }");
    expect([complexityOf(document) - 1, depthOf(document)]).toEqual([6, 3]);
  });
});

describe.skipIf(!sharedDir)("our part of a schema (needs ../shared)", () => {
  test.each(["anilist", "animethemes"] as const)("of %s says nothing that the real one does not", (service) => {
    const real = describeSchema(readRealSchema(service));
    const strangers = [...describeSchema(readSchema(service))].filter((line) => !real.has(line));
    expect(strangers).toEqual([]);
  });
});

function readRealSchema(service: "anilist" | "animethemes"): GraphQLSchema {
  return buildSchema(readFileSync(join(sharedDir ?? "", `schemas/${service}.graphql`), "utf8"));
}

/** One line per field with its type, per argument with its type, and per value. */
function describeSchema(schema: GraphQLSchema): ReadonlySet<string> {
  const lines = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith("__")) return [];
    if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name} = ${name}`);
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => [
      `${type.name}.${field.name}: ${field.type}`,
      ...field.args.map((argument) => `${type.name}.${field.name}(${argument.name}: ${argument.type})`),
    ]);
  });
  return new Set(lines);
}
