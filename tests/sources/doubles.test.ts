import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Doubles, startDoubles } from "../support/doubles.ts";
import { USER_AGENT } from "../support/hasty.ts";

let doubles: Doubles;
beforeAll(async () => {
  doubles = await startDoubles();
});
afterAll(() => doubles.close());

const JSON_TYPE = { "content-type": "application/json" };
const OWN = { "user-agent": USER_AGENT, ...JSON_TYPE };
const IDS = "query Q($ids: [Int]) { Page(page: 1, perPage: 50) { media(id_in: $ids) { id } } }";

describe("the local AniList", () => {
  test.each([
    ["a GET", { method: "GET", headers: OWN }, 405, "Method Not Allowed"],
    ["Node's own name", post({ query: IDS }, JSON_TYPE), 403, "403"],
    ["what is no GraphQL", post({ query: "query {" }), 400, "Syntax Error"],
    ["a field that does not exist", post({ query: "query { Page { songs } }" }), 400, "Cannot query field"],
    ["a list that is null", post({ query: IDS, variables: { ids: null } }), 500, "Internal Server Error"],
    ["a page of 51", post({ query: "{ Page(perPage: 51) { media { id } } }" }), 400, "at most 50"],
    ["two lists on a page", post({ query: "{ Page { media { id } other: media { id } } }" }), 400, "one data field"],
    ["more than 500 fields", post({ query: `{ ${aliases(300)} }` }), 400, "complexity should be 500"],
    ["an anime that is not there", post({ query: "{ Media(id: 9) { id } }" }), 404, '"Media":null'],
    [
      "a good question",
      post({ query: IDS, variables: { ids: [101] } }),
      200,
      '{"data":{"Page":{"media":[{"id":101}]}}}',
    ],
  ])("answers %s as the real one does", async (_, init, status, text) => {
    const response = await fetch(doubles.anilistUrl, init);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(text)]);
  });
});

describe("the local AnimeThemes", () => {
  const many = Array.from({ length: 101 }, (_, at) => at);
  const byIds = "query Q($ids: [Int!]) { findAnimeByExternalSite(site: ANILIST, id: $ids) { id } }";
  const deep =
    "{ findAnimeByExternalSite(site: ANILIST, id: [101]) { animethemes { song { performances { artist { id } } } } } }";

  test.each([
    ["Node's own name", post({ query: byIds }, JSON_TYPE), 403, ""],
    [
      "a body that is not called JSON",
      post({ query: byIds }, { ...OWN, "content-type": "text/plain" }),
      422,
      "Content-Type",
    ],
    ["more than 100 ids", post({ query: byIds, variables: { ids: many } }), 200, "more than 100"],
    ["a field that does not exist", post({ query: "{ songs }" }), 200, "Cannot query field"],
    [
      "ids that it does not know",
      post({ query: byIds, variables: { ids: [9] } }),
      200,
      '{"data":{"findAnimeByExternalSite":[]}}',
    ],
    ["a good question", post({ query: deep }), 200, '"animethemes":[{"song"'],
  ])("answers %s as the real one does", async (_, init, status, text) => {
    const response = await fetch(doubles.animethemesUrl, init);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(text)]);
  });
});

describe("the local Tenrai and MyAnimeList", () => {
  test.each([
    ["tenraiUrl", "/anime/50101/themes", {}, 403],
    ["tenraiUrl", "/anime/50101/themes", OWN, 200],
    ["tenraiUrl", "/anime/1/themes", OWN, 404],
    ["malUrl", "/anime/50101?fields=opening_themes,ending_themes", OWN, 403],
    ["malUrl", "/anime/50101?fields=opening_themes,ending_themes", { ...OWN, "x-mal-client-id": "c" }, 200],
  ] as const)("%s answers %s", async (name, path, headers, status) => {
    expect((await fetch(`${doubles[name]}${path}`, { headers })).status).toBe(status);
  });
});

describe("a fault", () => {
  test("lasts as many requests as it was told", async () => {
    doubles.setFault("tenrai", { kind: "throttled", retryAfter: "1", times: 2 });
    const ask = async () => (await fetch(`${doubles.tenraiUrl}/anime/50101/themes`, { headers: OWN })).status;
    expect([await ask(), await ask(), await ask()]).toEqual([429, 429, 200]);
  });
});

function post(body: object, headers: Readonly<Record<string, string>> = OWN): RequestInit {
  return { method: "POST", headers, body: JSON.stringify(body) };
}

function aliases(count: number): string {
  return Array.from({ length: count }, (_, at) => `a${at}: Media(id: ${at}) { id }`).join(" ");
}
