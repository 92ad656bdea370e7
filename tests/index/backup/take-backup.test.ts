import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { OpfindError } from "../../../src/errors.ts";
import { repeatBackups } from "../../../src/index/backup/repeat-backups.ts";
import { endBackups, takeBackup } from "../../../src/index/backup/take-backup.ts";
import { verifyBackup } from "../../../src/index/backup/verify-backup.ts";
import { atChange, atTime, backedUpStore, contents, position, restored, waiting } from "../../support/backups.ts";
import { posterOf } from "../../support/posters.ts";
import { tempDir } from "../../support/temp-dir.ts";

const live = () => new AbortController().signal;
const verify = (archiveDir: string) => verifyBackup({ archiveDir, onProgress: () => {} }, live());
const filesOf = (folder: string, ending: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending));
const DAY_MS = 24 * 60 * 60_000;

describe("the log of changes", () => {
  test("is off until the first backup, and costs nothing until then", async () => {
    const { store, dataDir } = backedUpStore();
    await store.add(posterOf(1));
    expect([waiting(dataDir), position(dataDir)]).toEqual([0, 0]);
  });

  test("holds what the next backup takes, and no vector twice", async () => {
    const { store, dataDir, back } = backedUpStore();
    await back();
    await store.add(posterOf(1));
    const raw = new Database(join(dataDir, "embeddings", "posters.sqlite"));
    const bytes = raw
      .prepare("SELECT sum(length(name) + length(key) + ifnull(length(before), 0)) FROM changes")
      .pluck()
      .get();
    raw.close();
    expect(waiting(dataDir)).toBeGreaterThan(3);
    expect(bytes).toBeLessThan(150);
    expect(await back()).toMatchObject({ kind: "changes", images: 1 });
    expect(waiting(dataDir)).toBe(0);
  });

  test("holds what other programs write", async () => {
    const { dataDir, archiveDir, back } = backedUpStore();
    await back();
    const raw = new Database(join(dataDir, "embeddings", "posters.sqlite"));
    raw.exec("INSERT INTO anime (anilist_id, romaji) VALUES (77, 'by hand')");
    raw.close();
    expect(await back()).toMatchObject({ kind: "changes", changes: 1 });
    expect(contents((await restored(archiveDir, null)).dataDir)).toEqual(contents(dataDir));
  });

  test("ends on request, and the next backup begins anew", async () => {
    const { store, dataDir, archiveDir, back } = backedUpStore();
    await back();
    endBackups(dataDir);
    await store.add(posterOf(1));
    expect(waiting(dataDir)).toBe(0);
    expect(await back()).toMatchObject({ kind: "base" });
    expect((await restored(archiveDir, null)).report).toMatchObject({ posters: 1 });
  });
});

test("a backup without anything new adds no piece", async () => {
  const { store, archiveDir, back } = backedUpStore();
  await store.add(posterOf(1));
  await back();
  const before = filesOf(archiveDir, "");
  expect(await back()).toMatchObject({ kind: "nothing", bytes: 0 });
  expect(filesOf(archiveDir, "")).toEqual(before);
});

test("a picture that two posters share is kept once", async () => {
  const { store, archiveDir, back } = backedUpStore();
  await store.add(posterOf(1));
  await store.add(posterOf(1, { anime: posterOf(2).anime }));
  await back();
  expect(filesOf(join(archiveDir, "images"), ".jpg")).toHaveLength(1);
});

test("two folders of backups, in turn, are each complete in themselves", async () => {
  const made = backedUpStore();
  const other = tempDir();
  for (let number = 1; number <= 4; number++) {
    await made.store.add(posterOf(number));
    const archiveDir = number % 2 === 0 ? made.archiveDir : other;
    await takeBackup({ ...made.deps, archiveDir }, { isFull: false, keepDays: null }, live());
    expect((await restored(archiveDir, null)).report).toMatchObject({ posters: number });
  }
});

test("a copy of the data folder does not write into the history of the original", async () => {
  const made = backedUpStore();
  await made.store.add(posterOf(1));
  await made.back();
  const copyDir = tempDir();
  cpSync(made.dataDir, copyDir, { recursive: true });
  const copy = backedUpStore(copyDir, made.archiveDir);
  await copy.store.add(posterOf(2));
  expect(await copy.back()).toMatchObject({ kind: "changes" });
  await made.store.add(posterOf(3));
  expect(await made.back()).toMatchObject({ kind: "base" });
  expect(contents((await restored(made.archiveDir, null)).dataDir)).toEqual(contents(made.dataDir));
  expect(await verify(made.archiveDir)).toMatchObject({ isSound: true, histories: 2 });
});

test("a restored store does not go on in the history that it came from", async () => {
  const made = backedUpStore();
  await made.back();
  for (let number = 1; number <= 3; number++) await made.store.add(posterOf(number));
  await made.back();
  const whole = contents(made.dataDir);
  const end = position(made.dataDir);
  const { dataDir } = await restored(made.archiveDir, atChange(0));
  const again = backedUpStore(dataDir, made.archiveDir);
  again.clock.wait(DAY_MS);
  await again.store.add(posterOf(9));
  expect(await again.back()).toMatchObject({ kind: "base" });
  expect(contents((await restored(made.archiveDir, null)).dataDir)).toEqual(contents(dataDir));
  expect(contents((await restored(made.archiveDir, atChange(end))).dataDir)).toEqual(whole);
});

test("a picture that the gallery lost is told, and the rest is backed up", async () => {
  const { store, dataDir, archiveDir, back } = backedUpStore();
  await store.add(posterOf(1));
  await store.add(posterOf(2));
  rmSync(join(dataDir, "poster_db", filesOf(join(dataDir, "poster_db"), ".jpg")[0] ?? ""));
  expect((await back()).unreadable).toHaveLength(1);
  expect((await verify(archiveDir)).problems).toEqual([expect.stringMatching(/missing or damaged/)]);
  expect((await restored(archiveDir, null, { isLenient: true })).report).toMatchObject({ posters: 2, images: 1 });
});

test("what no moment of the wanted days needs is deleted, and every moment of them can still be brought back", async () => {
  const { store, clock, dataDir, archiveDir, back } = backedUpStore();
  const seen: { readonly at: number; readonly rows: unknown }[] = [];
  for (let day = 1; day <= 30; day++) {
    await store.add(posterOf(day));
    if (day > 1) await store.remove(day - 1);
    await back({ keepDays: 10 });
    seen.push({ at: clock.now(), rows: contents(dataDir) });
    clock.wait(DAY_MS);
  }
  expect(filesOf(archiveDir, ".sqlite").length).toBeLessThan(5);
  expect(filesOf(join(archiveDir, "images"), ".jpg").length).toBeLessThan(22);
  expect(await verify(archiveDir)).toMatchObject({ isSound: true });
  const kept = seen.filter(({ at }) => at >= clock.now() - 10 * DAY_MS);
  expect(kept.length).toBeGreaterThan(8);
  for (const { at, rows } of kept) expect(contents((await restored(archiveDir, atTime(at))).dataDir)).toEqual(rows);
  await expect(restored(archiveDir, atTime(seen[0]?.at ?? 0))).rejects.toMatchObject({ code: "backup-missing" });
});

test("a backup that is stopped says so, and the next one is complete", async () => {
  const { store, deps, archiveDir } = backedUpStore();
  for (let number = 1; number <= 5; number++) await store.add(posterOf(number));
  const controller = new AbortController();
  const onProgress = (what: string, done: number) => {
    if (what === "pictures" && done === 2) controller.abort();
  };
  const options = { isFull: false, keepDays: null };
  await expect(takeBackup({ ...deps, onProgress }, options, controller.signal)).rejects.toMatchObject({
    code: "aborted",
  });
  expect(filesOf(archiveDir, ".part")).toEqual([]);
  await takeBackup(deps, options, live());
  expect((await restored(archiveDir, null)).report).toMatchObject({ posters: 5, images: 5 });
});

test("repeated backups go on after one that failed, until they are stopped", async () => {
  const made = backedUpStore();
  const controller = new AbortController();
  const told: string[] = [];
  const pause = async () => {
    if (told.length === 1) rmSync(join(made.dataDir, "embeddings", "posters.sqlite"));
    if (told.length === 2) controller.abort();
  };
  await repeatBackups(
    made.deps,
    {
      isFull: false,
      keepDays: null,
      everyMs: 60_000,
      pause,
      onReport: ({ kind }) => void told.push(kind),
      onFailure: ({ code }: OpfindError) => void told.push(code),
    },
    controller.signal,
  );
  expect(told).toEqual(["base", "backup-missing"]);
});
