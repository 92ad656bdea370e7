import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportStarter, seedStarter } from "../../src/index/starter.ts";
import { storeWith } from "../support/index-deps.ts";
import { all, embeddingOf, posterOf } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

async function writtenPack() {
  const { store } = await storeWith(12);
  const dir = tempDir();
  await exportStarter(store, { dir, modelId: "model-a", dimension: 16 });
  return { dir, modelId: "model-a" };
}

test("a fresh store gains every poster of the pack, with embeddings that hardly differ", async () => {
  const pack = await writtenPack();
  const { store } = await storeWith(0);
  expect(await seedStarter(store, pack)).toEqual({ kind: "seeded", posters: 12 });
  const posters = await all(store.records());
  expect(posters[6]).toMatchObject({
    poster: { anilistId: 7, title: "Title 7", file: null, source: "starter", sha256: posterOf(7).sha256 },
    anime: { malId: 1007, title: { romaji: "Title 7", english: null, native: "題7" } },
  });
  for await (const { embeddingId, embedding } of store.embeddings("model-a", 0)) {
    const original = embeddingOf(embeddingId + 1);
    expect(embedding.reduce((sum, value, i) => sum + value * (original[i] ?? 0), 0)).toBeGreaterThan(0.999);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
  }
});

test("a store that has or had posters is left alone", async () => {
  const pack = await writtenPack();
  const { store } = await storeWith(1);
  expect(await seedStarter(store, pack)).toEqual({ kind: "not-fresh" });
});

test("after a change of the network the posters of the former pack gain their embeddings, removed ones stay removed", async () => {
  const pack = await writtenPack();
  const { store } = await storeWith(0);
  await seedStarter(store, pack);
  await store.remove(3);
  const manifestFile = join(pack.dir, "posters.json");
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
  writeFileSync(manifestFile, JSON.stringify({ ...manifest, modelId: "model-b" }));
  const next = { ...pack, modelId: "model-b" };
  expect(await seedStarter(store, next)).toEqual({ kind: "seeded", posters: 11 });
  expect(store.state("model-b").rows).toBe(store.state("model-a").rows);
  expect(await all(store.list())).toHaveLength(11);
  expect(await seedStarter(store, next)).toEqual({ kind: "not-fresh" });
});

test("a pack of another network is refused by name", async () => {
  const pack = await writtenPack();
  const { store } = await storeWith(0);
  const seeding = await seedStarter(store, { ...pack, modelId: "model-b" });
  expect(seeding).toEqual({ kind: "refused", why: "the starter pack was made by model-a, in use is model-b" });
  expect(await all(store.list())).toEqual([]);
});

test("a damaged pack is refused and leaves the store empty", async () => {
  const pack = await writtenPack();
  const file = join(pack.dir, "posters.i8");
  writeFileSync(file, readFileSync(file).fill(1, 30, 31));
  const { store } = await storeWith(0);
  expect(await seedStarter(store, pack)).toMatchObject({ kind: "refused", why: expect.stringMatching(/damaged/) });
  expect(await all(store.list())).toEqual([]);
});

test("without a pack nothing happens", async () => {
  const { store } = await storeWith(0);
  expect(await seedStarter(store, { dir: tempDir(), modelId: "model-a" })).toEqual({ kind: "absent" });
});
