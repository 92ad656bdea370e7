import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import { OpfindError } from "../../errors.ts";
import { withBuildLock } from "../build-lock.ts";
import { logPosition, nextEnd } from "../change-log.ts";
import { isLogging, startLogging, stopLogging } from "../change-triggers.ts";
import { openPosterDatabase, posterDatabaseFile } from "../poster-database.ts";
import { storeFailure, translated } from "../sqlite.ts";
import { endOf, type History, headOf, newHistoryName, readArchive, sweepUnfinished } from "./archive.ts";
import type { BackupDeps, Taking } from "./backup-deps.ts";
import { backUpKeys } from "./copy-keys.ts";
import { acknowledge, archivedState } from "./hand-over.ts";
import { deleteOld } from "./retention.ts";
import { takeBase } from "./take-base.ts";
import { archiveChanges } from "./take-part.ts";

export interface BackupOptions {
  /** copy the whole store again, also where the changes would do */
  readonly isFull: boolean;
  /** every moment of so many days stays reachable, older ones go; null keeps everything */
  readonly keepDays: number | null;
}

export interface BackupReport {
  /** "base": the whole store was copied; "changes": what happened since; "nothing": nothing did */
  readonly kind: "base" | "changes" | "nothing";
  readonly history: string;
  /** the number of the last change that is in the archive now: a moment for `restore --at` */
  readonly position: number;
  readonly changes: number;
  readonly images: number;
  readonly bytes: number;
  /** images of the gallery that are missing or damaged, so that the backup lacks them */
  readonly unreadable: readonly string[];
  /** pieces and images deleted since `keepDays` are over */
  readonly deleted: number;
}

/** So much of the log between two bases that a restore takes some minutes at most. */
const CHANGES_PER_BASE = 500_000;
const BASE_AFTER_MS = 7 * 24 * 60 * 60_000;
/** Some 20 MB packed: what one damaged or unfinished piece can cost. */
const CHANGES_PER_PART = 20_000;

/**
 * Brings an archive up to date with the truth: its first call copies the store and switches the log of changes on, later
 * ones add what happened since, transaction by transaction. Killed at any moment it loses nothing: changes leave the log
 * only once their piece is on the disk. Several processes take turns.
 * @throws OpfindError backup-missing (there is no poster store) | disk-full | store-broken | store-busy | aborted
 */
export async function takeBackup(deps: BackupDeps, options: BackupOptions, signal: AbortSignal): Promise<BackupReport> {
  if (!existsSync(posterDatabaseFile(deps.dataDir))) {
    throw new OpfindError("backup-missing", `There is no poster store in ${deps.dataDir} to make a backup of.`);
  }
  try {
    return await underArchiveLock(deps, () => underLock(deps, options, signal), signal);
  } catch (error) {
    if (signal.aborted) throw new OpfindError("aborted", "The backup was stopped.", { cause: error });
    throw storeFailure(deps.archiveDir, error);
  }
}

/** Ends the log of changes: the archive stays as it is, and the next backup begins a new history. */
export function endBackups(dataDir: string): void {
  const database = openPosterDatabase(dataDir);
  try {
    translated(database.name, () =>
      database
        .transaction(() => {
          stopLogging(database);
          database.exec("DELETE FROM changes; UPDATE archived SET head = NULL, pending = NULL");
        })
        .immediate(),
    );
  } finally {
    database.close();
  }
}

/** Runs `work` while nobody else changes the archive. @throws OpfindError aborted | disk-full | store-broken */
async function underArchiveLock<Result>(
  { archiveDir, log }: Pick<BackupDeps, "archiveDir" | "log">,
  work: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  await mkdir(archiveDir, { recursive: true });
  const onWait = () => log.info("another process is working on the backup; waiting for it");
  return withBuildLock(join(archiveDir, "lock.sqlite"), work, { onWait, signal });
}

async function underLock(deps: BackupDeps, options: BackupOptions, signal: AbortSignal): Promise<BackupReport> {
  const database = openPosterDatabase(deps.dataDir);
  try {
    await sweepUnfinished(deps.archiveDir);
    const taken = await addPieces({ deps, database, signal }, options);
    await backUpKeys(deps);
    const deleted = options.keepDays === null ? 0 : await deleteOld(deps, options.keepDays, signal);
    return { ...taken, deleted };
  } finally {
    database.close();
  }
}

async function addPieces(taking: Taking, { isFull }: BackupOptions): Promise<Omit<BackupReport, "deleted">> {
  const { deps, database } = taking;
  const known = continued(database, await readArchive(deps.archiveDir));
  if (!known) return firstBase(taking);
  const history = known.name;
  let sum = NOTHING;
  // Before the changes: they then reach from one base past the next, and either can do without the other.
  if (isFull || isBaseDue(known, logPosition(database), deps.clock.now())) {
    const base = await takeBase(taking, history);
    await base.publish();
    sum = plus(sum, base);
  }
  const kind = sum.bytes > 0 ? "base" : "changes";
  const start = endOf(known);
  let position = start;
  // Up to now and no further: others may write faster than this can follow.
  const target = logPosition(database);
  while (position < target) {
    const end = nextEnd(database, position, CHANGES_PER_PART);
    if (end === null) break;
    sum = plus(sum, await archiveChanges(taking, { history, after: position, end }));
    position = end;
  }
  return { kind: sum.bytes > 0 ? kind : "nothing", history, position, changes: position - start, ...sum };
}

type Sum = Pick<BackupReport, "images" | "bytes" | "unreadable">;
const NOTHING: Sum = { images: 0, bytes: 0, unreadable: [] };

function plus(sum: Sum, { images, bytes, unreadable }: Sum): Sum {
  return {
    images: sum.images + images,
    bytes: sum.bytes + bytes,
    unreadable: [...new Set([...sum.unreadable, ...unreadable])],
  };
}

/** The history that the store's log goes on from; undefined when the archive is another one, or was changed by hand. */
function continued(database: Database, histories: readonly History[]): History | undefined {
  if (!isLogging(database)) return undefined;
  const { head, pending } = archivedState(database);
  const isHead = (name: string | null) => histories.find((history) => headOf(history)?.name === name);
  // Killed between putting a piece there and taking note of it.
  const unnoted = isHead(pending);
  if (unnoted && pending !== null) acknowledge(database, pending, endOf(unnoted));
  return unnoted ?? isHead(head);
}

async function firstBase(taking: Taking): Promise<Omit<BackupReport, "deleted">> {
  const { deps, database } = taking;
  // Logging begins before the copy: what happens during it is in the log, in the copy, or in both.
  const start = database.transaction(() => {
    if (!isLogging(database)) startLogging(database);
  });
  translated(database.name, () => start.immediate());
  const history = newHistoryName(deps.clock.now());
  const base = await takeBase(taking, history);
  await base.publishAsHead();
  const { position, images, bytes, unreadable } = base;
  return { kind: "base", history, position, changes: 0, images, bytes, unreadable };
}

function isBaseDue({ bases }: History, position: number, now: number): boolean {
  const newest = bases.at(-1);
  if (!newest || position === newest.position) return false;
  return position - newest.position > CHANGES_PER_BASE || now - newest.at > BASE_AFTER_MS;
}
