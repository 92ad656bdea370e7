import { join } from "node:path";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import type { BackupDeps } from "../../src/index/backup/backup-deps.ts";
import type { Moment } from "../../src/index/backup/moments.ts";
import { type RestoreOptions, restoreBackup } from "../../src/index/backup/restore.ts";
import { type BackupOptions, takeBackup } from "../../src/index/backup/take-backup.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import type { Clock } from "../../src/pipeline/ports.ts";
import { tempDir } from "./temp-dir.ts";

const live = () => new AbortController().signal;
export const START = Date.parse("2026-01-02T03:04:05.000Z");

/** A second passes whenever somebody asks; `wait` lets more pass. */
export function tickingClock(): Clock & { wait(ms: number): void } {
  let now = START;
  return {
    now: () => {
      now += 1000;
      return now;
    },
    elapsedMs: () => 0,
    wait: (ms) => {
      now += ms;
    },
  };
}

/** A poster store in a folder of its own, with an archive beside and everything a test does to the two. */
export function backedUpStore(dataDir = tempDir(), archiveDir = tempDir()) {
  const clock = tickingClock();
  const store = openPosterStore({ dataDir, clock });
  onTestFinished(() => store.close());
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) };
  const deps: BackupDeps = { dataDir, archiveDir, clock, log, onProgress: () => {} };
  const back = (options: Partial<BackupOptions> = {}) =>
    takeBackup(deps, { isFull: false, keepDays: null, ...options }, live());
  return { store, clock, deps, dataDir, archiveDir, lines, back };
}

/** Restores a moment into a new folder. */
export async function restored(archiveDir: string, moment: Moment | null, options: Partial<RestoreOptions> = {}) {
  const dataDir = tempDir();
  const report = await restoreInto(dataDir, archiveDir, { moment, ...options });
  return { dataDir, report };
}

export async function restoreInto(dataDir: string, archiveDir: string, options: Partial<RestoreOptions> = {}) {
  const log = { info: () => {}, warn: () => {} };
  const deps: BackupDeps = { dataDir, archiveDir, clock: tickingClock(), log, onProgress: () => {} };
  return await restoreBackup(deps, { moment: null, isForced: false, isLenient: false, ...options }, live());
}

export const atChange = (position: number): Moment => ({ kind: "position", position });
export const atTime = (at: number): Moment => ({ kind: "time", at });

/** Every row of the truth, except what a restored store has of its own. */
export function contents(dataDir: string): Readonly<Record<string, readonly unknown[]>> {
  return read(dataDir, (database) => {
    const tables = ["anime", "posters", "embeddings", "removals"];
    return Object.fromEntries(
      tables.map((table) => [table, database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all()]),
    );
  });
}

/** The number of the newest change. */
export function position(dataDir: string): number {
  return read(dataDir, (database) =>
    Number(database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").pluck().get() ?? 0),
  );
}

/** How many changes wait in the log. */
export function waiting(dataDir: string): number {
  return read(dataDir, (database) => Number(database.prepare("SELECT count(*) FROM changes").pluck().get()));
}

function read<Result>(dataDir: string, look: (database: Database.Database) => Result): Result {
  const database = new Database(join(dataDir, "embeddings", "posters.sqlite"));
  try {
    return look(database);
  } finally {
    database.close();
  }
}
