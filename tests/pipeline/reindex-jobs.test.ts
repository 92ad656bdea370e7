import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { SqliteJobStore } from "../../src/index/job-store.ts";
import { POSTER_MIGRATIONS } from "../../src/index/poster-schema.ts";
import { openDatabase } from "../../src/index/sqlite.ts";
import { openLog } from "../../src/log.ts";
import { type ReindexDeps, ReindexJobs } from "../../src/pipeline/reindex-jobs.ts";
import type { ReindexJob } from "../../src/pipeline/reindexing.ts";
import { importDeps } from "../support/import-deps.ts";
import { storeWith } from "../support/index-deps.ts";
import { all, posterOf } from "../support/posters.ts";

const WISH = { isFull: false, requestedBy: "alice", reply: "channel/message" };

/** Jobs over a store of three pictures that model-a has not seen, all under locks that the test can look at. */
async function scene(changes: Partial<ReindexDeps> = {}) {
  const { store, dataDir } = await storeWith(0);
  for (const number of [1, 2, 3]) await store.add(posterOf(number, { modelId: "model-0" }));
  const database = openDatabase(`${dataDir}/embeddings/posters.sqlite`, POSTER_MIGRATIONS);
  onTestFinished(() => void database.close());
  const jobs = new SqliteJobStore(database);
  const { embedder, decode, galleryViews } = importDeps();
  const held = { isHeld: false };
  const takeLock = () => {
    if (held.isHeld) return null;
    held.isHeld = true;
    return () => {
      held.isHeld = false;
    };
  };
  const built: string[] = [];
  let now = Date.parse("2026-01-02T03:04:05.000Z");
  const deps: ReindexDeps = {
    jobs,
    takeLock,
    embedding: { store, embedders: [embedder], decode, galleryViews },
    buildIndex: async (onRows) => {
      onRows(6, 6);
      built.push("built");
    },
    // Every look at the clock is two seconds later: each change of a job is told.
    clock: { now: () => (now += 2_000), elapsedMs: () => 0 },
    log: openLog({ level: "silent", isPretty: false }),
    ...changes,
  };
  const open = (more: Partial<ReindexDeps> = {}) => new ReindexJobs({ ...deps, ...more });
  return { store, jobs, held, built, open };
}

async function end(reindexing: ReindexJobs): Promise<ReindexJob> {
  return await new Promise((resolve) => {
    reindexing.watch((job) => {
      if (job.state !== "running") resolve(job);
    });
  });
}

async function unseen(store: Awaited<ReturnType<typeof scene>>["store"], modelId = "model-a"): Promise<number> {
  let count = 0;
  for await (const _ of store.withoutEmbeddings(modelId)) count++;
  return count;
}

test("shows the network what it has not seen, then builds the index, and tells how far it is", async () => {
  const { store, open, built, held } = await scene();
  const reindexing = open();
  const told: string[] = [];
  reindexing.watch(({ stage, done, total }) => told.push(`${stage} ${done}/${total}`));
  const ended = end(reindexing);
  expect(await reindexing.start(WISH)).toMatchObject({ ...WISH, state: "running" });
  expect(await ended).toMatchObject({ state: "done", failure: null, unreadable: 0 });
  expect(told.slice(0, 4)).toEqual(["embedding 1/3", "embedding 2/3", "embedding 3/3", "building 6/6"]);
  expect([await unseen(store), built.length]).toEqual([0, 1]);
  await nextTurn();
  expect(held.isHeld).toBe(false);
});

test("shows the network beside it what that one has not seen, decoding every picture once", async () => {
  const { embedder, decode } = importDeps();
  const { store, open } = await scene();
  let decoded = 0;
  const counted: typeof decode = async (...picture) => {
    decoded += 1;
    return await decode(...picture);
  };
  const embedding = {
    ...importDeps(),
    store,
    decode: counted,
    embedders: [embedder, { ...embedder, modelId: "second" }],
  };
  await store.addEmbeddings(1, "second", (await all(store.embeddings("model-0", 0))).slice(0, 1));
  const reindexing = open({ embedding });
  const ended = end(reindexing);
  await reindexing.start(WISH);
  expect(await ended).toMatchObject({ state: "done", unreadable: 0 });
  expect([await unseen(store), await unseen(store, "second"), decoded]).toEqual([0, 0, 3]);
  expect((await store.embeddingsOf([1, 2], "second", new AbortController().signal)).get(1)).toHaveLength(1);
});

test("a network beside it that does not work stops nothing", async () => {
  const { store, open, built } = await scene();
  const { embedder } = importDeps();
  const broken = {
    modelId: "second",
    embed: () => Promise.reject(new OpfindError("embedder-failed", "The driver fell over.")),
  };
  const reindexing = open({ embedding: { ...importDeps(), store, embedders: [embedder, broken] } });
  const ended = end(reindexing);
  await reindexing.start({ ...WISH, isFull: true });
  expect(await ended).toMatchObject({ state: "done", failure: null });
  expect([await unseen(store), await unseen(store, "second"), built.length]).toEqual([0, 3, 1]);
});

test("there is one at a time, in this process and over all of them", async () => {
  const { open } = await scene();
  const [one, other] = [open(), open()];
  const ended = end(one);
  await one.start(WISH);
  await expect(one.start(WISH)).rejects.toMatchObject({ code: "reindex-running" });
  await expect(other.start(WISH)).rejects.toMatchObject({ code: "reindex-running" });
  expect(await other.resume()).toBeNull();
  await ended;
  await nextTurn();
  const again = end(other);
  await other.start(WISH);
  expect(await again).toMatchObject({ state: "done" });
});

test("cancelled, it ends as cancelled and what it did stays", async () => {
  let stopHere = () => {};
  const { store, open, built } = await scene();
  const reindexing = open();
  reindexing.watch(({ done }) => {
    if (done === 1) stopHere();
  });
  const ended = end(reindexing);
  const { jobId } = await reindexing.start(WISH);
  expect(await reindexing.cancel(jobId - 1)).toBe(false);
  stopHere = () => void reindexing.cancel(jobId);
  expect(await ended).toMatchObject({ state: "cancelled", failure: null });
  expect([await unseen(store), built.length]).toEqual([2, 0]);
  expect(await reindexing.cancel(jobId)).toBe(false);
});

test("a full one that a stop interrupts goes on behind the poster it had come to, in the next process", async () => {
  const { store, open, built, jobs } = await scene();
  const seen: number[] = [];
  const { embedder } = importDeps();
  const counting = (from: typeof store) => ({
    ...importDeps(),
    store: from,
    embedders: [
      {
        ...embedder,
        embed: async (...[images, signal]: Parameters<typeof embedder.embed>) => {
          const embeddings = await embedder.embed(images, signal);
          seen.push(images.length);
          return embeddings;
        },
      },
    ],
  });
  const first = open({ embedding: counting(store) });
  const interrupted = new Promise<void>((resolve) => {
    first.watch(({ done }) => {
      if (done === 2) resolve(first.close());
    });
  });
  await first.start({ ...WISH, isFull: true });
  await interrupted;
  expect(jobs.latest()).toMatchObject({ state: "running", isFull: true, done: 2, total: 3 });
  const second = open({ embedding: counting(store) });
  const ended = end(second);
  expect(await second.resume()).toMatchObject({ requestedBy: "alice", reply: "channel/message" });
  expect(await ended).toMatchObject({ state: "done" });
  expect(seen).toEqual([2, 2, 2]);
  expect([await unseen(store), built.length]).toEqual([0, 1]);
});

test("one that was killed gives way to a new wish", async () => {
  const { open, jobs } = await scene();
  jobs.begin(WISH, 0);
  const reindexing = open();
  const ended = end(reindexing);
  const job = await reindexing.start({ ...WISH, requestedBy: "bob" });
  expect(job.requestedBy).toBe("bob");
  expect(await ended).toMatchObject({ jobId: job.jobId, state: "done" });
});

test("a failure is kept as a sentence", async () => {
  const { open } = await scene({
    buildIndex: async () => {
      throw new RangeError("a bug");
    },
  });
  const reindexing = open();
  const ended = end(reindexing);
  await reindexing.start(WISH);
  expect(await ended).toMatchObject({ state: "failed", failure: expect.stringContaining("unexpected") });
});
