import { expect, test } from "vitest";
import { FlatIndex } from "../../src/index/flat-index.ts";
import { vectorIndexContract } from "../contracts/vector-index.ts";
import { embeddingOf, rowsOf } from "../support/posters.ts";

vectorIndexContract("the exact index", async () => new FlatIndex(16));

const live = () => new AbortController().signal;

test("a long search lets other work happen, and does not see what that work changes", async () => {
  const index = new FlatIndex(256);
  await index.add(rowsOf(12_000, 256), live());
  let turns = 0;
  let next = setImmediate(function turn() {
    turns++;
    next = setImmediate(turn);
  });
  const search = index.search([embeddingOf(11_999, 256)], 3, live());
  const removal = index.remove([6_000], live());
  const [found] = await search;
  await removal;
  clearImmediate(next);
  expect(turns).toBeGreaterThan(0);
  expect(found?.[0]).toMatchObject({ posterId: 6_000, score: expect.closeTo(1, 5) });
  expect((await index.search([embeddingOf(11_999, 256)], 1, live()))[0]?.[0]?.posterId).not.toBe(6_000);
});

test("dimensions that are no multiple of four lose no number", async () => {
  const index = new FlatIndex(3);
  await index.add([{ embeddingId: 1, posterId: 1, view: "full", embedding: Float32Array.of(0, 0, 1) }], live());
  expect((await index.search([Float32Array.of(0, 0, 1)], 1, live()))[0]).toEqual([{ posterId: 1, score: 1 }]);
});
