import { describe, expect, onTestFinished, test } from "vitest";
import { QdrantConnection } from "../../src/index/qdrant/connection.ts";
import { readVectorName, vectorName } from "../../src/index/qdrant/vector-name.ts";
import { all, embeddingOf, posterOf } from "../support/posters.ts";
import { openInstance, runDouble } from "../support/qdrant.ts";
import { openQdrantDouble } from "../support/qdrant-double/qdrant-double.ts";
import { sharedDir } from "../support/shared.ts";

const live = () => new AbortController().signal;

async function running() {
  const double = await runDouble();
  const instance = await openInstance(double.url, { timeoutMs: 300 });
  const { posterId } = await instance.store.add(posterOf(7));
  return { double, ...instance, posterId, index: await instance.openIndex() };
}

describe("a Qdrant that fails", () => {
  test.each([
    ["internal", "index-down"],
    ["bad-gateway", "index-down"],
    ["throttled", "index-busy"],
    ["truncated", "index-other-shape"],
    ["other-shape", "index-other-shape"],
    ["error-page", "index-other-shape"],
    ["hang-up", "index-down"],
    ["silent", "index-down"],
    ["forbidden", "index-refused"],
  ] as const)("by %s is told as %s, and answers again afterwards", async (kind, code) => {
    const { double, index, store, posterId } = await running();
    double.setFault({ kind });
    await expect(index.search([embeddingOf(14)], 1, live())).rejects.toMatchObject({ code });
    await expect(store.labels([posterId], live())).rejects.toMatchObject({ code });
    double.setFault(null);
    expect((await index.search([embeddingOf(14)], 1, live()))[0]).toMatchObject([{ posterId }]);
  });

  test.each(["internal", "throttled", "hang-up", "silent", "unanswered"] as const)(
    "once, by %s, is asked again, and nothing is stored twice",
    async (kind) => {
      const { double, store, points } = await running();
      double.setFault({ kind, times: 1 });
      expect((await store.add(posterOf(8))).kind).toBe("added");
      double.setFault({ kind, times: 1 });
      expect((await store.add(posterOf(8))).kind).toBe("duplicate");
      expect(await store.count()).toBe(2);
      expect(await all(points.stream({}, live()))).toHaveLength(2);
    },
  );

  test("that loses the connection amid every write leaves a whole poster or none, and the same call completes it", async () => {
    const { double, store } = await running();
    for (let number = 20; number < 26; number++) {
      const before = double.requests.length;
      // The third write of a row of tries goes through, its answer does not.
      double.setFault({ kind: "unanswered" });
      await expect(store.add(posterOf(number))).rejects.toMatchObject({ code: "index-down" });
      expect(double.requests.length).toBeGreaterThan(before);
      double.setFault(null);
      await store.add(posterOf(number));
      const stored = (await all(store.whole())).find(({ record }) => record.anime.anilistId === number);
      expect(stored?.embeddings).toHaveLength(2);
    }
    expect(await store.count()).toBe(7);
  });

  test("is waited for no longer than the caller stays", async () => {
    const { double, index } = await running();
    double.setFault({ kind: "silent" });
    const leaving = new AbortController();
    const search = index.search([embeddingOf(14)], 1, leaving.signal);
    await expect.poll(() => double.requests.at(-1)?.path).toContain("query/batch");
    leaving.abort();
    await expect(search).rejects.toMatchObject({ code: "aborted" });
    await expect.poll(() => double.requests.at(-1)?.wasCancelled()).toBe(true);
  });

  test("is not there at all", async () => {
    const { double, index } = await running();
    await double.close();
    const failure = index.search([embeddingOf(14)], 1, live());
    await expect(failure).rejects.toMatchObject({ code: "index-down", message: expect.stringContaining("127.0.0.1") });
  });

  test("refuses a wrong key, and no failure tells any key", async () => {
    const { url } = await runDouble({ apiKey: "the-right-key" });
    const ask = (apiKey: string) => new QdrantConnection({ url, apiKey, timeoutMs: 1_000 }).version(live());
    expect(await ask("the-right-key")).toBe("1.18.0");
    const failure: unknown = await ask("a-wrong-key").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "index-refused" });
    expect(JSON.stringify(failure) + String(failure)).not.toContain("a-wrong-key");
  });
});

test.each(["full", "top left", "größe/ü", "a~~b", "~7e"])("the view %j survives being the name of a vector", (view) => {
  const name = vectorName("opfind-v1@3f+p1", view);
  expect(readVectorName(name)).toEqual({ modelId: "opfind-v1@3f+p1", view });
  expect(name).toMatch(/^[\w.~-]+$/);
  expect(name.split("~~")).toHaveLength(2);
});

test.each([
  ["POST", "/collections/opfind/points/scroll", { limt: 5 }],
  ["POST", "/collections/opfind/points/count", { filter: { must: [{ has_idd: [1] }] } }],
  ["POST", "/collections/opfind/points/scroll?wait_long=1", {}],
  ["POST", "/collections/opfind/points/query/batch", { searches: [{ query: [1], using: "a", limit: 0 }] }],
  ["PUT", "/collections/other", { vectors: {}, replication_facotr: 2 }],
])("the double by itself refuses a request that opfind does not send: %s %s", async (method, path, body) => {
  const double = await openQdrantDouble();
  onTestFinished(() => double.close());
  await openInstance(double.url);
  const headers = { "content-type": "application/json" };
  const { status } = await fetch(`${double.url}${path}`, { method, headers, body: JSON.stringify(body) });
  expect(status).toBe(422);
  expect(double.problems.length).toBeGreaterThan(0);
});

test.skipIf(!sharedDir)(
  "the double sees requests and answers that are not as the published interface has them",
  async () => {
    const { openInterface } = await import("../support/qdrant-double/interface.ts");
    const { join } = await import("node:path");
    const inspect = openInterface(join(sharedDir ?? "", "schemas", "qdrant-openapi.json"));
    const exchange = { method: "POST", path: "/collections/x/points/scroll", query: [], status: 200 };
    const answer = { time: 0.1, status: "ok", result: { points: [], next_page_offset: null } };
    expect(inspect({ ...exchange, body: { limit: 5 }, answer })).toEqual([]);
    expect(inspect({ ...exchange, body: { limt: 5 }, answer })).toHaveLength(1);
    expect(inspect({ ...exchange, body: { filter: { must: [{ has_idd: [1] }] } }, answer })).not.toEqual([]);
    expect(inspect({ ...exchange, body: {}, answer: { ...answer, result: { points: [{}] } } })).not.toEqual([]);
    expect(inspect({ ...exchange, query: ["wait"], body: {}, answer })).toHaveLength(1);
    expect(inspect({ ...exchange, path: "/collections/x/points/scrol", body: {}, answer })).toHaveLength(1);
  },
);
