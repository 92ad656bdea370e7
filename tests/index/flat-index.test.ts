import { join } from "node:path";
import { expect, test } from "vitest";
import { FlatIndex } from "../../src/index/flat-index.ts";
import { VectorBlocks } from "../../src/index/vector-blocks.ts";
import { vectorIndexContract } from "../contracts/vector-index.ts";
import { embeddingOf, rowsOf } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

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

test("rows of many blocks are found, removed from the middle, written and read", async () => {
  const rows = rowsOf(10_000, 16);
  const index = new FlatIndex(16);
  await index.add(rows, live());
  await index.remove([1, 2_500], live());
  await index.add(rowsOf(10_002, 16).slice(10_000), live());
  const file = join(tempDir(), "vectors.f32");
  await index.write(file);
  const again = new FlatIndex(16, await VectorBlocks.read(file, 16, index.rows));
  for (const one of [index, again]) {
    expect(one.size).toBe(9_998);
    for (const seed of [3, 4_095, 4_096, 4_097, 8_200, 10_001, 10_002]) {
      const [found] = await one.search([embeddingOf(seed, 16)], 1, live());
      expect(found).toMatchObject([{ posterId: Math.floor((seed - 1) / 2) + 1, score: expect.closeTo(1, 5) }]);
    }
    const [found] = await one.search([embeddingOf(5_000, 16)], 10_000, live());
    expect(found).toHaveLength(9_998);
    expect(found?.some(({ posterId }) => posterId === 1 || posterId === 2_500)).toBe(false);
  }
});

test("a file that does not hold these rows is refused", async () => {
  const index = new FlatIndex(16);
  await index.add(rowsOf(5), live());
  const file = join(tempDir(), "vectors.f32");
  await index.write(file);
  await expect(VectorBlocks.read(file, 16, index.rows.slice(1))).rejects.toThrow(RangeError);
});
