import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { ask, openGraphql } from "../../src/sources/graphql.ts";
import type { Fault } from "../support/double-server.ts";
import { type Doubles, startDoubles } from "../support/doubles.ts";
import { hastyFetch, USER_AGENT } from "../support/hasty.ts";

let doubles: Doubles;
beforeAll(async () => {
  doubles = await startDoubles();
});
afterAll(() => doubles.close());
beforeEach(() => doubles.setFault("anilist", null));

const TITLES = `query Titles($ids: [Int]) { Page(page: 1, perPage: 50) { media(id_in: $ids) { id title { romaji } } } }`;
const answer = z.object({ Page: z.object({ media: z.array(z.object({ id: z.number() })) }) });

describe("a GraphQL question", () => {
  test("is always sent by POST, under our own name, with the headers asked for", async () => {
    const before = doubles.requests.length;
    const headers = { authorization: "Bearer t0ken", referer: "https://example.org/" };
    await put({ ids: [101] }, new AbortController().signal, headers);
    expect(doubles.requests[before]).toMatchObject({
      method: "POST",
      headers: { "user-agent": USER_AGENT, "content-type": "application/json", ...headers },
    });
  });

  test.each([null, undefined])("never sends a list as %s, which AniList answers with 500", async (ids) => {
    expect(await put({ ids })).toEqual({ Page: { media: [] } });
  });

  test("asked twice is answered anew, not with the old result", async () => {
    const numbers = [1, 2, 3];
    const fetch = async () => Response.json({ data: { Page: { media: [{ id: numbers.shift() }] } } });
    const client = openGraphql("http://x/", fetch);
    const question = { service: "AniList", document: TITLES, answer, variables: { ids: [1] } };
    const answers = [];
    for (let time = 0; time < 3; time++) answers.push(await ask(client, question, new AbortController().signal));
    expect(answers.map(({ Page }) => Page.media[0]?.id)).toEqual([1, 2, 3]);
  });

  test("asked while cancelled is not sent", async () => {
    const before = doubles.requests.length;
    await expect(put({ ids: [101] }, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
    expect(doubles.requests).toHaveLength(before);
  });

  test("cancelled on its way stops the request itself", async () => {
    doubles.setFault("anilist", { kind: "silent" });
    const before = doubles.requests.length;
    const controller = new AbortController();
    const failure = put({ ids: [101] }, controller.signal).catch((error) => error);
    await expect.poll(() => doubles.requests.length, { interval: 5 }).toBe(before + 1);
    controller.abort();
    expect(await failure).toMatchObject({ code: "aborted" });
    await expect.poll(() => doubles.requests[before]?.wasCancelled(), { interval: 5 }).toBe(true);
  });

  const faults: readonly [Fault["kind"], string, string][] = [
    ["bad-gateway", "source-down", "AniList is down: it answered with status 502."],
    ["internal", "source-down", "AniList is down: it answered with status 500."],
    ["disabled", "source-down", "AniList is down: it is temporarily disabled."],
    ["hang-up", "source-down", "AniList is down: the connection failed"],
    ["forbidden", "source-refused", "AniList refused the request: it answered with status 403."],
    ["throttled", "source-throttled", "AniList asks to wait: it wants no request for 30 s."],
    ["silent", "source-timeout", "AniList did not answer in time: 0.2 s went by."],
    ["error-page", "source-other-shape", "AniList answered in another shape: its answer is no JSON."],
    ["truncated", "source-other-shape", "AniList answered in another shape: its answer is no JSON."],
    ["other-shape", "source-other-shape", "AniList answered in another shape: Page.media.0.id: Invalid input"],
    ["flood", "source-other-shape", "AniList answered in another shape: it sent more than 8000000 bytes."],
  ];

  test.each(faults)("met with %s fails as %s", async (kind, code, sentence) => {
    doubles.setFault("anilist", { kind });
    // Patient where bytes must arrive, impatient where none will.
    const limits = { timeoutMs: kind === "silent" ? 200 : 8_000, maxBytes: 8_000_000 };
    const client = openGraphql(doubles.anilistUrl, hastyFetch("AniList", limits));
    const question = { service: "AniList", document: TITLES, answer, variables: { ids: [101] } };
    const failure = await ask(client, question, new AbortController().signal).catch((error) => error);
    expect(failure).toMatchObject({ name: "OpfindError", code });
    expect(failure.message.slice(0, sentence.length)).toBe(sentence);
  });

  test.each([
    [
      { errors: [{ message: "Max query depth should be 13 but got 16." }] },
      200,
      "source-other-shape",
      "Max query depth",
    ],
    [{ errors: [{ message: "Internal server error" }] }, 200, "source-down", "Internal server error"],
    [{ errors: [{ message: "Invalid token" }], data: null }, 401, "source-refused", "Invalid token"],
    [{ errors: [{ message: 'Cannot query field "x".' }], data: null }, 400, "source-other-shape", "Cannot query"],
  ])("answered with errors %j at %i fails as %s", async (body, status, code, text) => {
    const fetch = async () => Response.json(body, { status });
    const question = { service: "AnimeThemes", document: TITLES, answer, variables: {} };
    const failure = ask(openGraphql("http://x/", fetch), question, new AbortController().signal);
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  test("answered with 404 and a null Media is data, not an error", async () => {
    const document = "query One($id: Int) { Media(id: $id) { id } }";
    const shape = z.object({ Media: z.object({ id: z.number() }).nullable() });
    const client = openGraphql(doubles.anilistUrl, hastyFetch("AniList"));
    const question = { service: "AniList", document, answer: shape, variables: { id: 999 } };
    expect(await ask(client, question, new AbortController().signal)).toEqual({ Media: null });
  });
});

function put(
  variables: Readonly<Record<string, unknown>>,
  signal: AbortSignal = new AbortController().signal,
  headers: Readonly<Record<string, string>> = {},
) {
  const client = openGraphql(doubles.anilistUrl, hastyFetch("AniList"), headers);
  return ask(client, { service: "AniList", document: TITLES, answer, variables }, signal);
}
