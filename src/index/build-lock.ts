import { setTimeout as pause } from "node:timers/promises";
import Database from "better-sqlite3";
import { stopIfAborted } from "./rows.ts";
import { translated } from "./sqlite.ts";

const LOOK_EVERY_MS = 50;

/**
 * Runs `work` while no other process does the same. The lock is an exclusive SQLite transaction, hence the operating
 * system's: it goes with its process, however that ends.
 * @throws OpfindError aborted | store-broken
 */
export async function withBuildLock<Result>(
  file: string,
  work: () => Promise<Result>,
  { onWait, signal }: { onWait: () => void; signal: AbortSignal },
): Promise<Result> {
  // Never waits inside SQLite: that would stop this process's main loop.
  const database = translated(file, () => new Database(file, { timeout: 0 }));
  try {
    for (let isTold = false; !take(database, file); isTold = true) {
      if (!isTold) onWait();
      stopIfAborted(signal);
      await pause(LOOK_EVERY_MS);
    }
    return await work();
  } finally {
    database.close();
  }
}

/**
 * Takes a lock of the same kind when it is free.
 * @returns what gives it back, null while another process holds it
 * @throws OpfindError store-broken
 */
export function takeLock(file: string): (() => void) | null {
  const database = translated(file, () => new Database(file, { timeout: 0 }));
  if (take(database, file)) return () => void database.close();
  database.close();
  return null;
}

function take(database: Database.Database, file: string): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === "SQLITE_BUSY") return false;
    return translated(file, () => {
      throw error;
    });
  }
}
