import type { Database } from "better-sqlite3";
import type { PosterId } from "../domain/poster.ts";
import type { JobStore, JobUpdate, ReindexJob, ReindexWish } from "../pipeline/reindexing.ts";
import { translated } from "./sqlite.ts";

interface JobRow extends Omit<ReindexJob, "isFull"> {
  readonly isFull: number;
  readonly lastPosterId: number;
}

const JOB = `
  SELECT job_id jobId, is_full isFull, requested_by requestedBy, reply, state, stage, done, total, unreadable,
         last_poster_id lastPosterId, started_at startedAt, ended_at endedAt, failure
  FROM reindex_jobs`;

/** Re-index jobs in the poster store's database: what was asked for outlives the process. */
export class SqliteJobStore implements JobStore {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof prepare>;

  /** @param database migrated by `POSTER_MIGRATIONS`; closed by the caller */
  constructor(database: Database) {
    this.#database = database;
    this.#sql = prepare(database);
  }

  begin({ isFull, requestedBy, reply }: ReindexWish, nowMs: number): ReindexJob | null {
    return translated(this.#database.name, () => {
      const start = new Date(nowMs).toISOString();
      const { changes } = this.#sql.begin.run(isFull ? 1 : 0, requestedBy, reply, start);
      return changes === 0 ? null : this.latest();
    });
  }

  latest(): ReindexJob | null {
    const row = this.#sql.latest.get();
    return row ? toJob(row) : null;
  }

  interrupted() {
    const row = this.#sql.running.get();
    return row ? { job: toJob(row), after: row.lastPosterId } : null;
  }

  update(jobId: number, { stage, done, total, unreadable, lastPosterId }: JobUpdate): void {
    const values = [stage, done, total, unreadable, lastPosterId, jobId] as const;
    translated(this.#database.name, () => this.#sql.update.run(...values));
  }

  end(jobId: number, state: Exclude<ReindexJob["state"], "running">, failure: string | null, nowMs: number): void {
    const values = [state, failure, new Date(nowMs).toISOString(), jobId] as const;
    translated(this.#database.name, () => this.#sql.end.run(...values));
  }
}

function prepare(database: Database) {
  return {
    latest: database.prepare<[], JobRow>(`${JOB} ORDER BY job_id DESC LIMIT 1`),
    running: database.prepare<[], JobRow>(`${JOB} WHERE state = 'running'`),
    // The unique index over running jobs decides between two who begin at once.
    begin: database.prepare<[number, string, string | null, string]>(
      `INSERT OR IGNORE INTO reindex_jobs (is_full, requested_by, reply, state, stage, started_at)
       VALUES (?, ?, ?, 'running', 'embedding', ?)`,
    ),
    update: database.prepare<[string, number, number, number, PosterId, number]>(
      "UPDATE reindex_jobs SET stage = ?, done = ?, total = ?, unreadable = ?, last_poster_id = ? WHERE job_id = ?",
    ),
    end: database.prepare<[string, string | null, string, number]>(
      "UPDATE reindex_jobs SET state = ?, failure = ?, ended_at = ? WHERE job_id = ?",
    ),
  };
}

function toJob({ isFull, lastPosterId: _, ...row }: JobRow): ReindexJob {
  return { ...row, isFull: isFull === 1 };
}
