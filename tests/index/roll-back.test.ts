import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { buildIndex } from "../../src/index/build-index.ts";
import { type OpenIndexDeps, openVectorIndex } from "../../src/index/open-index.ts";
import { readPin } from "../../src/index/pin.ts";
import { liftRollBack, rollBack } from "../../src/index/roll-back.ts";
import { snapshotPlace } from "../../src/index/snapshot.ts";
import { KEPT_VERSIONS, listVersions } from "../../src/index/versions.ts";
import { tickingClock } from "../support/backups.ts";
import { hasFaiss } from "../support/faiss.ts";
import { storeWith } from "../support/index-deps.ts";
import { embeddingOf, posterOf } from "../support/posters.ts";

const live = () => new AbortController().signal;
const MODELS: Readonly<Record<string, string>> = { "model-a": "a", "model-b": "b" };
const kinds = (await hasFaiss()) ? (["exact", "faiss-flat"] as const) : (["exact"] as const);

async function prepared(count: number) {
  const { deps, store, dataDir, lines } = await storeWith(count);
  const clock = tickingClock();
  const own: OpenIndexDeps = { ...deps, clock };
  const build = async (kind: "exact" | "faiss-flat" = "exact", modelId = "model-a") =>
    await (await buildIndex({ ...own, modelId }, kind, live())).close();
  const back = (asked: string | null = null, modelId = "model-a", besideId: string | null = null) =>
    rollBack({ ...own, modelId, besideId, modelNamed: (id) => MODELS[id] ?? null }, asked, live());
  return { deps: own, store, dataDir, lines, build, back };
}

/** Which of these posters the index of a model finds. */
async function found(deps: OpenIndexDeps, numbers: readonly number[]): Promise<readonly number[]> {
  const index = await openVectorIndex(deps, live());
  const hits = [];
  for (const number of numbers) {
    const [[best] = []] = await index.search([embeddingOf(number * 2)], 1, live());
    if (best && best.score > 0.999) hits.push(number);
  }
  await index.close();
  return hits;
}

describe.each(kinds)("an index that is rolled back (%s)", (kind) => {
  test("answers as it did: without what came in between, with what comes later, without what is removed", async () => {
    const { deps, store, build, back } = await prepared(30);
    await build(kind);
    await store.add(posterOf(31, { image: null }));
    await build(kind);
    await back();
    await store.add(posterOf(32, { image: null }));
    await store.remove(5);
    expect(await found(deps, [1, 5, 30, 31, 32])).toEqual([1, 30, 32]);
    expect(await liftRollBack(deps, live())).toBe(true);
    expect(await found(deps, [1, 5, 30, 31, 32])).toEqual([1, 30, 31, 32]);
  });

  test("is made again from the posters when its files are damaged", async () => {
    const { deps, store, dataDir, build, back, lines } = await prepared(30);
    await build(kind);
    await store.add(posterOf(31, { image: null }));
    await build(kind);
    const { version } = await back();
    const folder = snapshotPlace(dataDir, "model-a", 16).folder;
    const generation = readdirSync(folder).find((name) => name.startsWith(`g-${version}`)) ?? "";
    for (const name of readdirSync(join(folder, generation))) writeFileSync(join(folder, generation, name), "{}");
    expect(await found(deps, [1, 30, 31])).toEqual([1, 30]);
    expect(lines.join()).toMatch(/made again from the poster store/);
  });
});

test("the index of another network answers with that network's embeddings only", async () => {
  const { deps, store, build, back } = await prepared(3);
  await build();
  for (const posterId of [1, 2, 3]) {
    await store.addEmbeddings(posterId, "model-b", [{ view: "full", embedding: embeddingOf(posterId + 500) }]);
  }
  await build("exact", "model-b");
  const pin = await back(null, "model-b");
  expect(pin).toMatchObject({ model: "a", modelId: "model-a" });
  expect(await found(deps, [1, 2, 3])).toEqual([1, 2, 3]);
});

test("the index of the network beside it is no way back", async () => {
  const { store, build, back } = await prepared(4);
  const embeddings = [{ view: "full", embedding: embeddingOf(99) }];
  await store.addEmbeddings(1, "model-b", embeddings);
  await build();
  await build("exact", "model-b");
  await build();
  await build("exact", "model-b");
  expect((await back(null, "model-a", "model-b")).modelId).toBe("model-a");
});

test("the newest versions of each network are kept, and the one in use however old", async () => {
  const { deps, store, dataDir, build, back } = await prepared(3);
  await build();
  const [first] = await listVersions(dataDir);
  await build();
  await back(first?.version);
  await store.addEmbeddings(1, "model-b", [{ view: "full", embedding: embeddingOf(1) }]);
  await build("exact", "model-b");
  // That build ended the rollback: only the newest are kept from here on.
  expect(await readPin(dataDir)).toEqual({ kind: "none" });
  for (let n = 0; n < KEPT_VERSIONS; n++) await build();
  const versions = await listVersions(dataDir);
  expect(versions.filter(({ manifest }) => manifest.modelId === "model-a")).toHaveLength(KEPT_VERSIONS);
  expect(versions.filter(({ manifest }) => manifest.modelId === "model-b")).toHaveLength(1);
  const oldest = versions.filter(({ manifest }) => manifest.modelId === "model-a").at(-1);
  await back(oldest?.version);
  for (let number = 4; number <= 20; number++) await store.add(posterOf(number, { modelId: "model-b", image: null }));
  await (await openVectorIndex({ ...deps, modelId: "model-b" }, live())).close();
  expect((await listVersions(dataDir)).map(({ version }) => version)).toContain(oldest?.version);
});

test("only what is there can be rolled back to", async () => {
  const { build, back } = await prepared(3);
  await build();
  await expect(back()).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/no index version before/),
  });
  await expect(back("12345678")).rejects.toMatchObject({ code: "usage" });
});

test("a rollback whose note is damaged is told, and the newest index answers", async () => {
  const { deps, store, dataDir, build, back, lines } = await prepared(3);
  await build();
  await store.add(posterOf(4, { image: null }));
  await build();
  await back();
  const file = join(dataDir, "embeddings", "index", "pinned.json");
  writeFileSync(file, readFileSync(file, "utf8").replace(/"resumesAfter": \d+/, '"resumesAfter": 1'));
  expect(await readPin(dataDir)).toMatchObject({ kind: "damaged" });
  expect(await found(deps, [3, 4])).toEqual([3, 4]);
  expect(lines.join()).toMatch(/pinned\.json is damaged/);
});

test("a rollback of another poster store is left out", async () => {
  const { dataDir, build, back, store } = await prepared(3);
  await build();
  await build();
  await back();
  store.close();
  for (const end of ["", "-wal", "-shm"]) rmSync(join(dataDir, "embeddings", `posters.sqlite${end}`), { force: true });
  const other = await storeWith(5, dataDir);
  expect(await found(other.deps, [1, 5])).toEqual([1, 5]);
  expect(other.lines.join()).toMatch(/another poster store/);
});

test("kill -9 of processes that build and roll back leaves an index that opens, and whole versions only", async () => {
  const { deps, dataDir, build } = await prepared(40);
  await build();
  const script = resolve(import.meta.dirname, "../support/roller.mjs");
  for (let kill = 0; kill < 6; kill++) {
    const both = [1, 2].map(() => spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] }));
    const lines: string[] = [];
    for (const { stdout } of both) createInterface({ input: stdout }).on("line", (line) => void lines.push(line));
    await expect.poll(() => lines.length, { timeout: 30_000, interval: 1 }).toBeGreaterThan(1);
    // The moment is the point of this test: spread evenly, hence real time.
    await pause(kill * 12);
    const ended = both.map((child) => new Promise<void>((done) => void child.on("exit", () => done())));
    for (const child of both) child.kill("SIGKILL");
    await Promise.all(ended);
    expect(lines.filter((line) => line.startsWith("failed"))).toEqual([]);
    expect((await readPin(dataDir)).kind).not.toBe("damaged");
    expect(await found(deps, [1, 20, 40])).toEqual([1, 20, 40]);
    for (const { version } of await listVersions(dataDir)) {
      await rollBack({ ...deps, besideId: null, modelNamed: () => "a" }, version, live());
      expect(await found(deps, [1, 20, 40])).toEqual([1, 20, 40]);
    }
  }
}, 120_000);
