import type { Database } from "better-sqlite3";
import type { Clock } from "../../pipeline/ports.ts";

/** Where a backup or a restore says what it does; pino's logger is one. */
interface BackupLog {
  info(message: string): void;
  warn(message: string): void;
}

export interface BackupDeps {
  /** holds embeddings/posters.sqlite and poster_db/ */
  readonly dataDir: string;
  readonly archiveDir: string;
  readonly clock: Clock;
  readonly log: BackupLog;
  /** @param what "pages", "pictures" … @param total 0 where it is not known yet */
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/** What every step of a backup works with. */
export interface Taking {
  readonly deps: BackupDeps;
  /** a connection of its own: it keeps transactions open for long */
  readonly database: Database;
  readonly signal: AbortSignal;
}
