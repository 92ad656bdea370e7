import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { OpfindError } from "../errors.ts";

/** Short enough that nobody waits for it, long enough to cost nothing. */
const POLL_MS = 250;

/**
 * Holds a lock between processes while `work` runs. SQLite's exclusive lock on an empty database is the system's own
 * file lock on every platform: it ends with its process, however that ends, and leaves nothing to clean up.
 * @param onWait called once when another process holds it
 * @throws OpfindError aborted while waiting; whatever `work` throws
 */
export async function withProcessLock<T>(
  { file, onWait }: { readonly file: string; readonly onWait: () => void },
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const database = new Database(file, { timeout: 0 });
  try {
    await acquire(database, onWait, signal);
    return await work();
  } finally {
    database.close();
  }
}

async function acquire(database: Database.Database, onWait: () => void, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !tryLock(database); attempt++) {
    if (attempt === 0) onWait();
    await sleep(POLL_MS, undefined, { signal }).catch((cause: unknown) => {
      throw new OpfindError("aborted", "Waiting for another download was stopped.", { cause });
    });
  }
}

function tryLock(database: Database.Database): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return false;
    throw error;
  }
}
