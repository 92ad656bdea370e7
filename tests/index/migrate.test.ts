import { expect, onTestFinished, test } from "vitest";
import { migrate } from "../../src/index/migrate.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { all, embeddingOf, posterOf, stillClock } from "../support/posters.ts";
import { openInstance, runDouble } from "../support/qdrant.ts";
import { tempDir } from "../support/temp-dir.ts";

const live = () => new AbortController().signal;
const onProgress = () => {};

function openLocal(dataDir = tempDir()) {
  const store = openPosterStore({ dataDir, clock: stillClock() });
  onTestFinished(() => store.close());
  return store;
}

/** Posters with and without picture, of two networks, added by people and by imports, two of one anime. */
async function filled(count = 20) {
  const store = openLocal();
  for (let number = 1; number <= count; number++) {
    const changes = { franchiseId: number % 3 === 0 ? 3 : null, addedBy: number % 2 === 0 ? "someone" : null };
    const { posterId } = await store.add(posterOf(number, number % 5 === 0 ? { ...changes, image: null } : changes));
    if (number % 4 === 0) {
      await store.addEmbeddings(posterId, "model b/2", [{ view: "top left", embedding: embeddingOf(number, 24) }]);
    }
  }
  await store.add(posterOf(900, { anime: posterOf(1).anime }));
  return store;
}

test("a gallery goes to Qdrant and back, and is the same to the bit", async () => {
  const [source, { store: remote }, back] = [await filled(), await openInstance((await runDouble()).url), openLocal()];
  const there = await migrate({ from: source, to: remote, onProgress }, live());
  expect(there).toMatchObject({ posters: 21, embeddings: 47, carried: 21, different: 0, extra: 0 });
  expect(there.checksums.to).toBe(there.checksums.from);
  const home = await migrate({ from: remote, to: back, onProgress }, live());
  expect(home).toMatchObject({ posters: 21, embeddings: 47, carried: 21, different: 0, extra: 0 });
  expect(home.checksums).toEqual({ from: there.checksums.from, to: there.checksums.from });
  const known = (await all(back.list())).find(({ anilistId }) => anilistId === 7);
  expect(await back.image(known?.posterId ?? 0)).toEqual(Buffer.from(posterOf(7).image?.bytes ?? []));
  expect(await source.count()).toBe(21);
});

test("one that was stopped goes on where it stopped, and a second one carries nothing", async () => {
  const [source, { store: remote }] = [await filled(30), await openInstance((await runDouble()).url)];
  const stop = new AbortController();
  const stopped = migrate({ from: source, to: remote, onProgress: (done) => done === 12 && stop.abort() }, stop.signal);
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  const there = await remote.count();
  expect(there).toBeGreaterThanOrEqual(12);
  expect(there).toBeLessThan(31);
  expect(await migrate({ from: source, to: remote, onProgress }, live())).toMatchObject({ different: 0 });
  expect(await migrate({ from: source, to: remote, onProgress }, live())).toMatchObject({ carried: 0, posters: 31 });
});

test("tells what differs, and what only the other side has", async () => {
  const [source, { store: remote, points }] = [await filled(5), await openInstance((await runDouble()).url)];
  await remote.add(posterOf(77));
  const [, spoilt] = await all(source.list());
  await migrate({ from: source, to: remote, onProgress }, live());
  const onlyThere = { must: [{ key: "anilistId", match: { value: spoilt?.anilistId ?? 0 } }] };
  await points.write([{ set_payload: { payload: { addedBy: "somebody else" }, filter: onlyThere } }], live());
  const report = await migrate({ from: source, to: remote, onProgress }, live());
  expect(report).toMatchObject({ different: 1, extra: 1, posters: 6 });
  expect(report.checksums.to).not.toBe(report.checksums.from);
});
