import type { PosterId } from "../domain/poster.ts";

/** What a re-index is asked for. */
export interface ReindexWish {
  /** true: every stored picture is shown to the network anew; false: only those that it has not seen */
  readonly isFull: boolean;
  /** who asked, for the log and for people */
  readonly requestedBy: string;
  /** where its progress is told, as whoever asked wrote it down; kept over a restart */
  readonly reply: string | null;
}

/** A re-index as it is stored: it survives the process. */
export interface ReindexJob extends ReindexWish {
  readonly jobId: number;
  readonly state: "running" | "done" | "cancelled" | "failed";
  readonly stage: "embedding" | "building";
  /** posters or rows of the stage */
  readonly done: number;
  readonly total: number;
  /** pictures that could not be read and were left as they are */
  readonly unreadable: number;
  /** ISO 8601, UTC */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** why it failed, a sentence; null otherwise */
  readonly failure: string | null;
}

/** One re-index at a time, in the background: answers come from the old index until the new one is ready. */
export interface Reindexing {
  /** Begins. @throws OpfindError reindex-running */
  start(wish: ReindexWish): Promise<ReindexJob>;
  /** The newest job, running or not; null when there was none. */
  latest(): Promise<ReindexJob | null>;
  /** Stops this job. @returns false when it does not run here: it is over, or another one's turn */
  cancel(jobId: number): Promise<boolean>;
  /** Goes on with one that a stop or a kill interrupted. @returns it, null when there is none */
  resume(): Promise<ReindexJob | null>;
  /** Tells every change of a job until the returned function is called. */
  watch(onChange: (job: ReindexJob) => void): () => void;
}

export interface JobUpdate extends Pick<ReindexJob, "stage" | "done" | "total" | "unreadable"> {
  /** a full run goes on behind it */
  readonly lastPosterId: PosterId;
}

/** Where jobs are kept. */
export interface JobStore {
  /** @returns null while another job is running */
  begin(wish: ReindexWish, nowMs: number): ReindexJob | null;
  latest(): ReindexJob | null;
  /** The job that is marked as running; a full one goes on behind `after`. */
  interrupted(): { readonly job: ReindexJob; readonly after: PosterId } | null;
  update(jobId: number, update: JobUpdate): void;
  end(jobId: number, state: Exclude<ReindexJob["state"], "running">, failure: string | null, nowMs: number): void;
}
