import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { buildIndex } from "../../src/index/build-index.ts";
import { chooseKind, type OpenIndexDeps, openVectorIndex } from "../../src/index/open-index.ts";
import { snapshotPlace } from "../../src/index/snapshot.ts";
import { verifyIndex } from "../../src/index/verify-index.ts";
import type { VectorIndex } from "../../src/pipeline/ports.ts";
import { hasFaiss } from "../support/faiss.ts";
import { storeWith } from "../support/index-deps.ts";
import { embeddingOf, posterOf } from "../support/posters.ts";

const live = () => new AbortController().signal;
const preferences = (await hasFaiss()) ? (["exact", "faiss"] as const) : (["exact"] as const);

async function openTold(deps: OpenIndexDeps, lines: string[]) {
  lines.length = 0;
  const index = await openVectorIndex(deps, live());
  return { index, told: [...lines] };
}

async function finds(index: VectorIndex, number: number): Promise<boolean> {
  const [[best] = []] = await index.search([embeddingOf(number * 2)], 1, live());
  return best !== undefined && best.score > 0.999;
}

describe.each(preferences)("an index that is opened (%s)", (preference) => {
  const prepared = async (count: number) => {
    const { deps, ...rest } = await storeWith(count);
    return { ...rest, deps: { ...deps, preference } };
  };

  test("is built the first time and loaded the second", async () => {
    const { deps, lines } = await prepared(30);
    const first = await openTold(deps, lines);
    expect(first.told.join()).toMatch(/building the index .* there is none yet/);
    await first.index.close();
    const second = await openTold(deps, lines);
    expect(second.told).toEqual([]);
    expect(second.index.size).toBe(60);
    expect(await finds(second.index, 30)).toBe(true);
    await second.index.close();
  });

  test("takes in what was added and removed since, without being rebuilt", async () => {
    const { deps, lines, store } = await prepared(60);
    await (await openTold(deps, lines)).index.close();
    await store.add(posterOf(61));
    await store.remove(5);
    const { index, told } = await openTold(deps, lines);
    expect(told).toEqual([]);
    expect(index.size).toBe(120);
    expect(await finds(index, 61)).toBe(true);
    expect(await finds(index, 5)).toBe(false);
    await index.close();
  });

  test("is rebuilt when much has changed", async () => {
    const { deps, lines, store } = await prepared(20);
    await (await openTold(deps, lines)).index.close();
    for (let number = 21; number <= 30; number++) await store.add(posterOf(number, { image: null }));
    const { index, told } = await openTold(deps, lines);
    expect(told.join()).toMatch(/rows changed since/);
    expect(index.size).toBe(60);
    await index.close();
  });

  test.each(["vectors", "labels.json", "manifest.json"])("is rebuilt when its %s is damaged", async (part) => {
    const { deps, lines } = await prepared(30);
    await (await openTold(deps, lines)).index.close();
    const folder = snapshotPlace(deps.dataDir, "model-a", 16).folder;
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const file = join(folder, files.find((name) => name.includes(part) && !name.endsWith(".part")) ?? "");
    const bytes = readFileSync(file);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
    writeFileSync(file, bytes.subarray(0, bytes.length - (part === "vectors" ? 0 : 3)));
    const { index, told } = await openTold(deps, lines);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/building the index/);
    expect(await finds(index, 17)).toBe(true);
    await index.close();
    expect(await verifyIndex(snapshotPlace(deps.dataDir, "model-a", 16), deps.store, live())).toMatchObject({
      isSound: true,
      compared: 60,
    });
  });

  test("is rebuilt when the poster store beside it is another one with the same ids", async () => {
    const { deps, lines, store, dataDir } = await prepared(10);
    await (await openTold(deps, lines)).index.close();
    store.close();
    for (const end of ["", "-wal", "-shm"])
      rmSync(join(dataDir, "embeddings", `posters.sqlite${end}`), { force: true });
    const other = await storeWith(10, dataDir);
    const { index, told } = await openTold({ ...other.deps, preference }, other.lines);
    expect(told.join()).toMatch(/another poster store/);
    await index.close();
  });

  test("is not shared between networks", async () => {
    const { deps, lines, store } = await prepared(10);
    await (await openTold(deps, lines)).index.close();
    await store.addEmbeddings(1, "model-b", [{ view: "full", embedding: embeddingOf(1, 24) }]);
    const { index } = await openTold({ ...deps, modelId: "model-b", dimension: 24 }, lines);
    expect(index.size).toBe(1);
    await index.close();
  });
});

test("two openings at once both answer, and leave one sound index", async () => {
  const { deps, store } = await storeWith(200);
  const indexes = await Promise.all([1, 2, 3].map(() => openVectorIndex(deps, live())));
  for (const index of indexes) expect(await finds(index, 199)).toBe(true);
  const report = await verifyIndex(snapshotPlace(deps.dataDir, "model-a", 16), store, live());
  expect(report).toMatchObject({ isSound: true, compared: 400 });
  for (const index of indexes) await index.close();
});

test("whoever waits for another process's build can be stopped", async () => {
  const { deps, dataDir, lines } = await storeWith(3);
  await (await openVectorIndex(deps, live())).close();
  const lock = new Database(join(dataDir, "embeddings", "index", "build-lock.sqlite"));
  lock.exec("BEGIN EXCLUSIVE");
  const controller = new AbortController();
  const building = buildIndex(deps, "exact", controller.signal);
  await expect.poll(() => lines.join()).toMatch(/waiting for it/);
  controller.abort();
  await expect(building).rejects.toMatchObject({ code: "aborted" });
  lock.close();
});

test("verify sees a vector that differs from the store's", async () => {
  const { deps, store, dataDir } = await storeWith(20);
  await (await openVectorIndex(deps, live())).close();
  const raw = new Database(join(dataDir, "embeddings", "posters.sqlite"));
  raw.prepare("UPDATE embeddings SET vector = ? WHERE embedding_id = 7").run(Buffer.alloc(64, 1));
  raw.close();
  const report = await verifyIndex(snapshotPlace(dataDir, "model-a", 16), store, live());
  expect(report).toMatchObject({ isSound: false, different: 1, missing: 0, extra: 0 });
});

test("verify counts rows that the index lacks, has too many, and those that came later", async () => {
  const { deps, store, dataDir } = await storeWith(20);
  await (await openVectorIndex(deps, live())).close();
  await store.add(posterOf(21));
  const raw = new Database(join(dataDir, "embeddings", "posters.sqlite"));
  raw.prepare("DELETE FROM embeddings WHERE embedding_id = 7").run();
  raw.prepare("UPDATE embeddings SET embedding_id = 8000 WHERE embedding_id = 9").run();
  raw.close();
  const report = await verifyIndex(snapshotPlace(dataDir, "model-a", 16), store, live());
  expect(report).toMatchObject({ isSound: false, extra: 2, later: 3 });
});

test.each([
  ["auto", 100, "usearch and FAISS", "exact"],
  ["auto", 10_000, "usearch and FAISS", "faiss-flat"],
  ["auto", 60_000, "usearch and FAISS", "exact"],
  ["auto", 200_000, "usearch and FAISS", "exact"],
  ["auto", 1_000_000, "usearch and FAISS", "faiss-hnsw"],
  ["auto", 1_000_000, "usearch", "exact"],
  ["auto", 10_000, "usearch", "exact"],
  ["auto", 2_000, "FAISS", "exact"],
  ["auto", 60_000, "FAISS", "faiss-flat"],
  ["auto", 150_000, "FAISS", "faiss-hnsw"],
  ["auto", 150_000, "nothing", "exact"],
  ["faiss", 100, "nothing", "faiss-flat"],
  ["exact", 1_000_000, "usearch and FAISS", "exact"],
] as const)("%s with %i rows, where %s is built, chooses %s", (preference, rows, built, kind) => {
  const parts = { hasFaiss: built.includes("FAISS"), hasUsearch: built.includes("usearch") };
  expect(chooseKind(preference, rows, parts)).toBe(kind);
});
