import Database from "better-sqlite3";
import { OpfindError } from "../errors.ts";
import { useWriteAheadLog } from "../write-ahead-log.ts";

/** How long a writer waits for another process's transaction; ours take milliseconds. */
const BUSY_MS = 10_000;

/**
 * Opens a database in WAL mode and brings its schema up to date. `synchronous = FULL` makes a commit outlive a power
 * failure (https://www.sqlite.org/pragma.html#pragma_synchronous).
 * @param migrations SQL scripts; the n-th brings `user_version` from n to n + 1
 * @param apply runs the scripts that are due, inside the transaction of the migration
 * @throws OpfindError store-broken | store-busy | disk-full
 */
export function openDatabase(
  file: string,
  migrations: readonly string[],
  apply: ApplyScripts = executeAll,
): Database.Database {
  return translated(file, () => {
    const database = new Database(file, { timeout: BUSY_MS });
    try {
      useWriteAheadLog(database, BUSY_MS);
      database.pragma("synchronous = FULL");
      database.pragma("foreign_keys = ON");
      // Without it a row that INSERT OR REPLACE displaces goes without its delete trigger.
      database.pragma("recursive_triggers = ON");
      migrate(database, file, { migrations, apply });
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

export type ApplyScripts = (database: Database.Database, scripts: readonly string[]) => void;

function executeAll(database: Database.Database, scripts: readonly string[]): void {
  for (const script of scripts) database.exec(script);
}

/** Runs `work` and tells SQLite's failures in opfind's words. */
export function translated<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw storeFailure(file, error);
  }
}

/** Failures of the disk and of SQLite as OpfindError; anything else is a bug and stays what it is. */
export function storeFailure(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof OpfindError || !("code" in error)) return error;
  const code = String(error.code);
  if (code === "SQLITE_FULL" || code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") return full(file, error);
  // A write that was cut short is reported as an I/O error when a quota or a file size limit is the reason.
  if (code === "SQLITE_IOERR_WRITE") return full(file, error);
  if (code.startsWith("SQLITE_BUSY")) {
    return new OpfindError("store-busy", `${file} is in use by another process for too long.`, { cause: error });
  }
  if (BROKEN.some((prefix) => code.startsWith(prefix))) return broken(file, error.message, error);
  return error;
}

const BROKEN = [
  "SQLITE_CORRUPT",
  "SQLITE_NOTADB",
  "SQLITE_IOERR",
  "SQLITE_CANTOPEN",
  "SQLITE_READONLY",
  "SQLITE_PERM",
  // A folder that is not there, no folder, or on a disk that has gone.
  "EACCES",
  "EPERM",
  "EROFS",
  "EIO",
  "ESTALE",
  "ENOENT",
  "ENOTDIR",
  "EEXIST",
];

function full(file: string, cause: Error): OpfindError {
  return new OpfindError("disk-full", `The disk is full: nothing more can be stored beside ${file}.`, { cause });
}

function broken(file: string, why: string, cause?: unknown): OpfindError {
  return new OpfindError("store-broken", `${file} cannot be used: ${why}.`, { cause, details: { file } });
}

interface Migrating {
  readonly migrations: readonly string[];
  readonly apply: ApplyScripts;
}

function migrate(database: Database.Database, file: string, { migrations, apply }: Migrating): void {
  const version = () => Number(database.pragma("user_version", { simple: true }));
  if (version() === migrations.length) return;
  database
    .transaction(() => {
      // Another process may have migrated while this one waited for the lock.
      const from = version();
      if (from > migrations.length) throw broken(file, "it was written by a newer opfind; update this one");
      // The other one may also have migrated already.
      if (from < migrations.length) apply(database, migrations.slice(from));
      database.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}
