import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { FlatIndex } from "../../src/index/flat-index.ts";
import { LiveIndex } from "../../src/index/live-index.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import type { VectorIndex } from "../../src/pipeline/ports.ts";
import { vectorIndexContract } from "../contracts/vector-index.ts";
import { storeWith } from "../support/index-deps.ts";
import { embeddingOf, posterOf, stillClock } from "../support/posters.ts";

const NEVER = new AbortController().signal;
const NOTHING = { lastEmbeddingId: 0, lastRemovalId: 0 };
const EMPTY = { ends: () => NOTHING, embeddings: async function* () {}, removedSince: () => [] };

vectorIndexContract("a live index", async () => {
  const deps = { store: EMPTY, modelId: "model-a", clock: { elapsedMs: () => 0 } };
  return new LiveIndex(new FlatIndex(16), NOTHING, deps);
});

/** A live index over a store of two posters, with a clock that moves when the test says so. */
async function scene() {
  const { store, dataDir } = await storeWith(2);
  let now = 0;
  const deps = { store, modelId: "model-a", clock: { elapsedMs: () => now } };
  const live = new LiveIndex(new FlatIndex(16), NOTHING, deps);
  await live.follow();
  const nearest = async (number: number) => {
    const [[hit] = []] = await live.search([embeddingOf(number * 2)], 1, NEVER);
    return hit;
  };
  return { store, dataDir, live, nearest, wait: (ms: number) => (now += ms) };
}

test("finds what another process adds, and loses what it removes, two seconds later at the latest", async () => {
  const { dataDir, live, nearest, wait } = await scene();
  const other = openPosterStore({ dataDir, clock: stillClock() });
  const { posterId } = await other.add(posterOf(7, { image: null }));
  wait(1_999);
  expect((await nearest(7))?.posterId).not.toBe(posterId);
  wait(1);
  expect(await nearest(7)).toMatchObject({ posterId, score: expect.closeTo(1) });
  await other.remove(posterId);
  wait(2_000);
  expect((await nearest(7))?.posterId).not.toBe(posterId);
  expect(live.size).toBe(4);
  other.close();
});

test("what was added while its successor was built is found in the successor", async () => {
  const { store, live, nearest } = await scene();
  const since = store.ends("model-a");
  const next = new FlatIndex(16);
  for await (const row of store.embeddings("model-a", 0)) await next.add([row], NEVER);
  const { posterId } = await store.add(posterOf(9, { image: null }));
  await live.replace(next, since);
  expect(live.size).toBe(6);
  expect((await nearest(9))?.posterId).toBe(posterId);
});

test("its version changes with the gallery, whoever changes it, and with the index itself", async () => {
  const { store, dataDir, live, wait } = await scene();
  const versions = [await live.version(), await live.version()];
  const other = openPosterStore({ dataDir, clock: stillClock() });
  const { posterId } = await other.add(posterOf(7, { image: null }));
  wait(2_000);
  versions.push(await live.version());
  await other.remove(posterId);
  wait(2_000);
  versions.push(await live.version());
  other.close();
  await live.replace(new FlatIndex(16), store.ends("model-a"));
  versions.push(await live.version());
  expect(versions[0]).toBe(versions[1]);
  expect(new Set(versions).size).toBe(4);
});

test("a search that began in the former index ends there before it is closed", async () => {
  const events: string[] = [];
  let finish = () => {};
  const former: VectorIndex = {
    kind: "slow",
    dimension: 16,
    size: 0,
    add: async () => {},
    remove: async () => {},
    search: async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      events.push("searched");
      return [[]];
    },
    close: async () => void events.push("closed"),
  };
  const live = new LiveIndex(former, NOTHING, { store: EMPTY, modelId: "m", clock: { elapsedMs: () => 0 } });
  const searching = live.search([embeddingOf(1)], 1, NEVER);
  await nextTurn();
  const replacing = live.replace(new FlatIndex(16), NOTHING);
  await nextTurn();
  expect([live.kind, ...events]).toEqual(["exact"]);
  finish();
  await Promise.all([searching, replacing]);
  expect(events).toEqual(["searched", "closed"]);
});
