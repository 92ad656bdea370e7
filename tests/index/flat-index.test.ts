import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCodeScan, PLAIN_SCAN } from "../../src/index/code-scan.ts";
import { FlatIndex } from "../../src/index/flat-index.ts";
import { VectorBlocks } from "../../src/index/vector-blocks.ts";
import { vectorIndexContract } from "../contracts/vector-index.ts";
import { embeddingOf, rowsOf } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

const live = () => new AbortController().signal;
const scans = [PLAIN_SCAN, await openCodeScan()];

for (const scan of scans) {
  const open = (dimension = 16) => new FlatIndex(dimension, new VectorBlocks(dimension), Promise.resolve(scan));
  vectorIndexContract(`the exact index with ${scan.name}`, async () => open());

  test(`finds with ${scan.name} what a look at every vector finds, though many are nearly as near`, async () => {
    const rows = rowsOf(9_000, 32);
    const index = open(32);
    await index.add(rows, live());
    for (const seed of [9_001, 9_002, 9_003]) {
      const query = embeddingOf(seed, 32);
      const all = rows.map(({ posterId, embedding }) => ({ posterId, score: dot(query, embedding) }));
      const nearest = all.sort((a, b) => b.score - a.score).slice(0, 160);
      const [found] = await index.search([query], 160, live());
      expect(found?.map(({ posterId }) => posterId)).toEqual(nearest.map(({ posterId }) => posterId));
    }
  });
}

test("a long search lets other work happen, and does not see what that work changes", async () => {
  const index = new FlatIndex(256, new VectorBlocks(256), Promise.resolve(PLAIN_SCAN));
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
  const rows = rowsOf(40_000, 16);
  const index = new FlatIndex(16);
  await index.add(rows, live());
  await index.remove([1, 2_500], live());
  await index.add(rowsOf(40_002, 16).slice(40_000), live());
  const file = join(tempDir(), "vectors.f32");
  await index.write(file);
  const again = new FlatIndex(16, await VectorBlocks.read(file, 16, index.rows));
  for (const one of [index, again]) {
    expect(one.size).toBe(39_998);
    for (const seed of [3, 8_191, 8_192, 8_193, 32_800, 40_001, 40_002]) {
      const [found] = await one.search([embeddingOf(seed, 16)], 1, live());
      expect(found).toMatchObject([{ posterId: Math.floor((seed - 1) / 2) + 1, score: expect.closeTo(1, 5) }]);
    }
    const [found] = await one.search([embeddingOf(5_000, 16)], 40_000, live());
    expect(found).toHaveLength(39_998);
    expect(found?.some(({ posterId }) => posterId === 1 || posterId === 2_500)).toBe(false);
  }
});

test("a stored index answers on, and grows, when another process has deleted its file", async () => {
  const first = new FlatIndex(16);
  await first.add(rowsOf(10), live());
  const file = join(tempDir(), "vectors.f32");
  await first.write(file);
  const again = new FlatIndex(16, await VectorBlocks.read(file, 16, first.rows));
  rmSync(file);
  await again.add(rowsOf(12), live());
  for (const seed of [1, 10, 11, 12]) {
    const [found] = await again.search([embeddingOf(seed)], 1, live());
    expect(found).toMatchObject([{ posterId: Math.floor((seed - 1) / 2) + 1, score: expect.closeTo(1, 5) }]);
  }
});

test("a file that does not hold these rows is refused", async () => {
  const index = new FlatIndex(16);
  await index.add(rowsOf(5), live());
  const file = join(tempDir(), "vectors.f32");
  await index.write(file);
  await expect(VectorBlocks.read(file, 16, index.rows.slice(1))).rejects.toThrow(RangeError);
});

test("a vector of zeros is as far from everything as from nothing", async () => {
  const index = new FlatIndex(4);
  const rows = [Float32Array.of(0, 0, 0, 0), Float32Array.of(0, 1, 0, 0)];
  await index.add(
    rows.map((embedding, i) => ({ embeddingId: i + 1, posterId: i + 1, view: "full", embedding })),
    live(),
  );
  expect((await index.search([Float32Array.of(0, 1, 0, 0)], 2, live()))[0]).toEqual([
    { posterId: 2, score: 1 },
    { posterId: 1, score: 0 },
  ]);
});

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
