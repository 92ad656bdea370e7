import Database from "better-sqlite3";

const RETRY_MS = 5;

/**
 * Switches a database to WAL mode, in which several processes may read while one writes. SQLite does not wait by itself
 * when two processes switch a new file at once: the busy handler is left out where it could dead-lock
 * (https://www.sqlite.org/c3ref/busy_handler.html). Opening is synchronous, so the wait is, too.
 * @throws SqliteError SQLITE_BUSY after `patienceMs`
 */
export function useWriteAheadLog(database: Database.Database, patienceMs: number): void {
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      database.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      const isBusy = error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");
      if (!isBusy || waitedMs >= patienceMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
