import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openVectorIndex } from "../../../src/index/open-index.ts";
import { openPosterStore } from "../../../src/index/poster-store.ts";
import { atChange, atTime, backedUpStore, contents, position, restored, restoreInto } from "../../support/backups.ts";
import { embeddingOf, posterOf, sha256, stillClock } from "../../support/posters.ts";
import { tempDir } from "../../support/temp-dir.ts";

type Made = ReturnType<typeof backedUpStore>;

/** What can happen to a store, and to its archive in between. */
const DEEDS: Readonly<Record<string, (made: Made, number: number) => unknown>> = {
  add: ({ store }, number) => store.add(posterOf(number)),
  addWithoutImage: ({ store }, number) => store.add(posterOf(number, { image: null })),
  remove: ({ store }, number) => store.remove(number),
  correct: ({ store }, number) => store.setSource(posterOf(number).sha256, number, "corrected"),
  embed: ({ store }, number) =>
    store.addEmbeddings(number, "model-b", [{ view: "full", embedding: embeddingOf(number) }]),
  backUp: ({ back }) => back(),
  backUpAll: ({ back }) => back({ isFull: true }),
};
const deed = fc.record({ what: fc.constantFrom(...Object.keys(DEEDS)), number: fc.integer({ min: 1, max: 6 }) });

test("every single transaction can be gone back to, whatever happened and whenever backups were taken", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 25 }), async (deeds) => {
      const made = backedUpStore();
      await made.back();
      const seen = new Map<number, ReturnType<typeof contents>>();
      for (const { what, number } of deeds) {
        await DEEDS[what]?.(made, number);
        seen.set(position(made.dataDir), contents(made.dataDir));
      }
      await made.back();
      for (const [change, rows] of seen) {
        const { dataDir } = await restored(made.archiveDir, atChange(change));
        expect(contents(dataDir)).toEqual(rows);
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);

async function threeAtTheirTimes() {
  const made = backedUpStore();
  await made.back();
  const times: number[] = [];
  for (const number of [1, 2, 3]) {
    await made.store.add(posterOf(number));
    times.push(made.clock.now());
    if (number !== 2) await made.back();
  }
  return { ...made, times };
}

const titles = async (dataDir: string) => {
  const store = openPosterStore({ dataDir, clock: stillClock() });
  const found: number[] = [];
  for await (const { anilistId } of store.list()) found.push(anilistId);
  store.close();
  return found;
};

test("a time brings back what had been stored by then", async () => {
  const { archiveDir, times } = await threeAtTheirTimes();
  for (const [at, time] of times.entries()) {
    const { dataDir, report } = await restored(archiveDir, atTime(time));
    expect(await titles(dataDir)).toEqual([1, 2, 3].slice(0, at + 1));
    expect(Date.parse(report.at)).toBeLessThanOrEqual(time);
  }
});

test("a restored folder has every image, finds its posters, and is a new store to an index", async () => {
  const { archiveDir, store } = await threeAtTheirTimes();
  const { dataDir, report } = await restored(archiveDir, null);
  expect(report).toMatchObject({ posters: 3, embeddings: 6, images: 3, withoutImage: 0, setAside: null });
  const back = openPosterStore({ dataDir, clock: stillClock() });
  for await (const { posterId, sha256: sum } of back.list()) {
    expect(sha256((await back.image(posterId)) ?? new Uint8Array())).toBe(sum);
  }
  expect(back.state("model-a").storeId).not.toBe(store.state("model-a").storeId);
  const log = { info: () => {}, warn: () => {} };
  const deps = { store: back, modelId: "model-a", dimension: 16, dataDir, preference: "exact" as const, log };
  const index = await openVectorIndex({ ...deps, clock: stillClock() }, new AbortController().signal);
  const [[best] = []] = await index.search([embeddingOf(6)], 1, new AbortController().signal);
  expect(best?.posterId).toBe(3);
  await index.close();
  back.close();
});

test("a removed poster comes back with its image, although the gallery has deleted it", async () => {
  const { archiveDir, store, back, dataDir } = await threeAtTheirTimes();
  const before = position(dataDir);
  await store.remove(2);
  await back();
  expect(
    readdirSync(join(dataDir, "poster_db"), { recursive: true }).filter((name) => String(name).endsWith("jpg")),
  ).toHaveLength(2);
  const moment = await restored(archiveDir, atChange(before));
  expect(await titles(moment.dataDir)).toEqual([1, 2, 3]);
});

describe("a folder that is not empty", () => {
  test("is refused before anything is done", async () => {
    const { archiveDir, dataDir } = await threeAtTheirTimes();
    const before = contents(dataDir);
    await expect(restoreInto(dataDir, archiveDir)).rejects.toMatchObject({ code: "restore-refused" });
    expect(contents(dataDir)).toEqual(before);
  });

  test("is refused when it only has pictures that the backup does not have", async () => {
    const { archiveDir } = await threeAtTheirTimes();
    const dataDir = tempDir();
    const name = `ab/${"ab".repeat(32)}.jpg`;
    mkdirSync(join(dataDir, "poster_db", "ab"), { recursive: true });
    writeFileSync(join(dataDir, "poster_db", name), "somebody's");
    await expect(restoreInto(dataDir, archiveDir)).rejects.toMatchObject({ code: "restore-refused" });
    expect(readFileSync(join(dataDir, "poster_db", name), "utf8")).toBe("somebody's");
  });

  test("is set aside whole with force", async () => {
    const { archiveDir, dataDir, store, times } = await threeAtTheirTimes();
    const before = contents(dataDir);
    store.close();
    const { setAside } = await restoreInto(dataDir, archiveDir, { isForced: true, moment: atTime(times[0] ?? 0) });
    expect(await titles(dataDir)).toEqual([1]);
    expect(contents(setAside ?? "")).toEqual(before);
    expect(readdirSync(join(setAside ?? "", "poster_db"))).not.toEqual([]);
  });

  test("is left alone with force while another process uses it", async () => {
    const { archiveDir, dataDir } = await threeAtTheirTimes();
    await expect(restoreInto(dataDir, archiveDir, { isForced: true })).rejects.toMatchObject({ code: "store-busy" });
    expect(await titles(dataDir)).toEqual([1, 2, 3]);
  });
});

test("a restore that was killed half-way is simply begun again", async () => {
  const { archiveDir } = await threeAtTheirTimes();
  const { dataDir } = await restored(archiveDir, null);
  // What a kill leaves: some images, an unfinished store, no finished one.
  rmSync(join(dataDir, "embeddings", "posters.sqlite"));
  const half = join(dataDir, "embeddings", "posters.sqlite.restoring-1");
  writeFileSync(half, "half");
  expect(await restoreInto(dataDir, archiveDir)).toMatchObject({ posters: 3 });
  expect(existsSync(half)).toBe(false);
});

describe("a damaged archive", () => {
  const pieceOf = (archiveDir: string, start: string, at = 0) => {
    const names = readdirSync(archiveDir, { recursive: true, encoding: "utf8" }).filter((name) => name.includes(start));
    return join(archiveDir, names.sort()[at] ?? "");
  };
  const spoil = (file: string) => {
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
  };

  test.each([
    ["damaged", spoil],
    ["missing", (file: string) => rmSync(file)],
  ])("with a %s piece tells what can still be brought back, and that can be", async (_how, harm) => {
    const { archiveDir, back, store, times } = await threeAtTheirTimes();
    await store.add(posterOf(4));
    await back();
    harm(pieceOf(archiveDir, "log-", 1));
    const failure = await restored(archiveDir, null).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "backup-broken" });
    const reachable = /to (\S+?)[.,]?$/.exec(String(failure instanceof Error ? failure.message : ""))?.[1] ?? "";
    const { dataDir } = await restored(archiveDir, atTime(Date.parse(reachable.replace(/\.$/, ""))));
    expect(await titles(dataDir)).toEqual([1]);
    // A little later somebody may have stored something: nobody knows any more.
    await expect(restored(archiveDir, atTime(times[0] ?? 0))).rejects.toMatchObject({ code: "backup-broken" });
  });

  test("goes round a damaged base by the one before", async () => {
    const { archiveDir, back, store } = await threeAtTheirTimes();
    await back({ isFull: true });
    await store.add(posterOf(4));
    await back();
    spoil(pieceOf(archiveDir, "base-", 1));
    expect(await titles((await restored(archiveDir, null)).dataDir)).toEqual([1, 2, 3, 4]);
  });

  test("that lost a picture refuses, or brings the poster back without it when told to", async () => {
    const { archiveDir } = await threeAtTheirTimes();
    spoil(pieceOf(archiveDir, ".jpg"));
    await expect(restored(archiveDir, null)).rejects.toMatchObject({ code: "backup-broken" });
    const { dataDir, report } = await restored(archiveDir, null, { isLenient: true });
    expect(report).toMatchObject({ posters: 3, images: 2, withoutImage: 1 });
    expect(await titles(dataDir)).toEqual([1, 2, 3]);
  });

  test("that holds nothing says so", async () => {
    await expect(restored(tempDir(), null)).rejects.toMatchObject({ code: "backup-missing" });
  });
});

test("a moment before the first backup, or after the last change, is not there", async () => {
  const { archiveDir, dataDir } = await threeAtTheirTimes();
  await expect(restored(archiveDir, atTime(0))).rejects.toMatchObject({ code: "backup-missing" });
  await expect(restored(archiveDir, atChange(position(dataDir) + 1))).rejects.toMatchObject({ code: "backup-missing" });
});

test("a change of the schema between two backups is gone through", async () => {
  const made = await threeAtTheirTimes();
  const before = { position: position(made.dataDir), rows: contents(made.dataDir) };
  await made.store.add(posterOf(4));
  const { migrateLogged } = await import("../../../src/index/poster-database.ts");
  const raw = new Database(join(made.dataDir, "embeddings", "posters.sqlite"));
  const scripts = [
    "ALTER TABLE posters ADD COLUMN stars INTEGER NOT NULL DEFAULT 1; UPDATE posters SET stars = stars + 1",
    "CREATE TABLE notes (name TEXT PRIMARY KEY, bytes BLOB, big INTEGER, real REAL) WITHOUT ROWID",
  ];
  raw.transaction(() => migrateLogged(raw, scripts)).immediate();
  raw
    .prepare("INSERT INTO notes VALUES ('a''\"b', x'00ff', 9007199254740993, 0.1), (char(0, 10), x'', -1, 1e300)")
    .run();
  raw.exec("UPDATE notes SET name = 'renamed' WHERE big = -1; UPDATE posters SET stars = 5 WHERE poster_id = 4");
  const dump = (database: Database.Database) =>
    ["posters", "notes"].map((table) =>
      database.prepare(`SELECT *, quote(${table === "notes" ? "big" : "stars"}) FROM ${table}`).all(),
    );
  const now = dump(raw);
  raw.close();
  await made.back();
  const { dataDir } = await restored(made.archiveDir, null);
  const copy = new Database(join(dataDir, "embeddings", "posters.sqlite"));
  expect(dump(copy)).toEqual(now);
  copy.close();
  expect(contents((await restored(made.archiveDir, atChange(before.position))).dataDir)).toEqual(before.rows);
});
