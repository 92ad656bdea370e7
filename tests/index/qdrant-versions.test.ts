import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { QdrantSnapshots } from "../../src/index/qdrant/snapshots.ts";
import { verifyQdrant } from "../../src/index/qdrant/verify-qdrant.ts";
import { all, embeddingOf, posterOf } from "../support/posters.ts";
import { openInstance, runDouble, SETTINGS } from "../support/qdrant.ts";
import { tempDir } from "../support/temp-dir.ts";

const live = () => new AbortController().signal;
const silently = () => {};

async function gallery(count: number) {
  const double = await runDouble();
  const instance = await openInstance(double.url);
  for (let number = 1; number <= count; number++) await instance.store.add(posterOf(number));
  return { double, ...instance };
}

describe("versions of the index on Qdrant", () => {
  test("a new one has the settings of today, answers at once, and the former one stays", async () => {
    const { double, store } = await gallery(5);
    const settings = { ...SETTINGS, hnswM: 32, quantisation: "int8", replicas: 2, walMb: 64, shards: 3 } as const;
    const { versions, openIndex } = await openInstance(double.url, { settings });
    const shown: number[] = [];
    expect(await versions.build((done) => shown.push(done), live())).toBe(2);
    expect(shown.at(-1)).toBe(5);
    expect(double.engine.find("opfind").config).toMatchObject({
      hnsw_config: { m: 32 },
      quantization_config: { scalar: { type: "int8" } },
      replication_factor: 2,
      wal_config: { wal_capacity_mb: 64 },
      shard_number: 3,
    });
    expect(await versions.list(live())).toEqual({ current: 2, all: [1, 2] });
    const [found] = await (await openIndex()).search([embeddingOf(6)], 1, live());
    expect(found?.[0]?.score).toBeCloseTo(1, 5);
    const last = JSON.parse(double.requests.filter(({ path }) => path.includes("query/batch")).at(-1)?.body ?? "{}");
    expect(last.searches[0].params).toEqual({ hnsw_ef: 96, quantization: { rescore: true, oversampling: 2 } });
    expect(await store.count()).toBe(5);
  });

  test("what others add and remove while one is built is in it", async () => {
    const { double, versions, store } = await gallery(150);
    const second = await openInstance(double.url);
    const [gone] = await all(store.list());
    let isDone = false;
    const meanwhile = async () => {
      if (isDone) return;
      isDone = true;
      await second.store.add(posterOf(900));
      await second.store.remove(gone?.posterId ?? 0);
    };
    const pending: Promise<void>[] = [];
    await versions.build(() => void pending.push(meanwhile()), live());
    await Promise.all(pending);
    const there = (await all(second.store.list())).map(({ anilistId }) => anilistId);
    expect(there).toHaveLength(150);
    expect(there).toContain(900);
    expect(there).not.toContain(gone?.anilistId);
  });

  test("going back keeps what was confirmed since", async () => {
    const { versions, store, openIndex } = await gallery(3);
    await versions.build(silently, live());
    await store.add(posterOf(8));
    const [first] = (await all(store.list())).filter(({ anilistId }) => anilistId === 1);
    await store.remove(first?.posterId ?? 0);
    expect(await versions.rollback(undefined, live())).toBe(1);
    expect((await versions.list(live())).current).toBe(1);
    expect((await all(store.list())).map(({ anilistId }) => anilistId).sort()).toEqual([2, 3, 8]);
    const [found] = await (await openIndex()).search([embeddingOf(16)], 1, live());
    expect(found?.[0]?.score).toBeCloseTo(1, 5);
    await expect(versions.rollback(undefined, live())).rejects.toMatchObject({ code: "usage" });
    expect(await versions.rollback(2, live())).toBe(2);
  });

  test("one that was killed while it was built is nobody's answer, and the next ones clear it away", async () => {
    const { versions, store } = await gallery(3);
    const stop = new AbortController();
    await expect(versions.build(() => stop.abort(), stop.signal)).rejects.toMatchObject({ code: "aborted" });
    expect(await versions.list(live())).toEqual({ current: 1, all: [1, 2] });
    expect(await versions.build(silently, live())).toBe(3);
    expect(await versions.build(silently, live())).toBe(4);
    expect(await versions.list(live())).toEqual({ current: 4, all: [3, 4] });
    expect(await store.count()).toBe(3);
  });

  test("one without an alias is not guessed at", async () => {
    const { double, versions } = await gallery(1);
    await versions.build(silently, live());
    double.engine.aliases.clear();
    await expect(versions.open(live())).rejects.toMatchObject({ code: "index-broken" });
  });
});

describe("a snapshot", () => {
  test("comes whole, with the bytes that the server promised", async () => {
    const { connection, versions } = await gallery(4);
    const snapshots = new QdrantSnapshots(connection, versions.nameOf(1));
    const made = await snapshots.create(live());
    expect(await snapshots.list(live())).toEqual([made]);
    const file = await snapshots.download(made, tempDir(), live());
    expect(createHash("sha256").update(readFileSync(file)).digest("hex")).toBe(made.checksum);
    expect(JSON.parse(readFileSync(file, "utf8"))).toHaveLength(4);
  });

  test("that came damaged is not kept", async () => {
    const { connection, versions, double } = await gallery(1);
    const snapshots = new QdrantSnapshots(connection, versions.nameOf(1));
    const made = await snapshots.create(live());
    double.engine.snapshots.set(made.name, "something else");
    await expect(snapshots.download(made, tempDir(), live())).rejects.toMatchObject({ code: "index-other-shape" });
  });
});

test("verify tells points that are no posters, lost pictures, and embeddings that cannot be compared", async () => {
  const { points, space, files, store, openIndex } = await gallery(3);
  const index = await openIndex();
  const look = () => verifyQdrant({ points, space, files, index }, "model-a", live());
  expect(await look()).toMatchObject({ isSound: true, posters: 3, embeddings: 6, unseen: 0, notFound: 0 });
  await points.write([{ upsert: { points: [{ id: 1, vector: {}, payload: {} }] } }], live());
  const [first] = await all(store.list());
  files.removeIfPresent(first?.file ?? "");
  const bad = Object.fromEntries((await space.slotsOf("model-a", live())).map(({ name }) => [name, Array(16).fill(1)]));
  await points.write([{ update_vectors: { points: [{ id: first?.posterId ?? 0, vector: bad }] } }], live());
  expect(await look()).toMatchObject({ isSound: false, unlabelled: 1, missingImages: 1, unfit: 2 });
});
