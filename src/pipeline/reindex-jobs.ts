import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type EmbedStoredDeps, embedAll, embedMissing } from "./embed-stored.ts";
import type { Clock } from "./ports.ts";
import type { JobStore, JobUpdate, Reindexing, ReindexJob, ReindexWish } from "./reindexing.ts";

export interface ReindexDeps {
  readonly jobs: JobStore;
  /** The lock over all processes, held while a job runs; null while another one holds it. It goes with its process. */
  readonly takeLock: () => (() => void) | null;
  readonly embedding: Omit<EmbedStoredDeps, "onProgress" | "onFailure" | "onLeftOut">;
  /** Builds the index beside the one in use, which answers until it is replaced. */
  readonly buildIndex: (onRows: (done: number, total: number) => void, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often a job's progress is written and told at most. */
const WRITE_EVERY_MS = 1_000;

/** Runs re-indexes in this process, one at a time over all processes; each is stored and survives a restart. */
export class ReindexJobs implements Reindexing {
  readonly #deps: ReindexDeps;
  readonly #watchers = new Set<(job: ReindexJob) => void>();
  #current: { readonly jobId: number; readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
  #isStopped = false;

  constructor(deps: ReindexDeps) {
    this.#deps = deps;
  }

  async start(wish: ReindexWish): Promise<ReindexJob> {
    const { jobs, clock, takeLock } = this.#deps;
    const release = this.#current ? null : takeLock();
    if (!release) throw new OpfindError("reindex-running", "A re-index is running already.");
    try {
      // Nobody holds the lock, so what is marked as running was killed: the new wish takes its place.
      const left = jobs.interrupted();
      if (left) jobs.end(left.job.jobId, "cancelled", null, clock.now());
      const job = jobs.begin(wish, clock.now());
      if (!job) throw new RangeError("a re-index began although its lock is held here");
      this.#run(job, { after: 0, release });
      return job;
    } catch (error) {
      release();
      throw error;
    }
  }

  async latest(): Promise<ReindexJob | null> {
    return this.#deps.jobs.latest();
  }

  async cancel(jobId: number): Promise<boolean> {
    if (this.#current?.jobId !== jobId) return false;
    this.#current.stop.abort(new OpfindError("aborted", "The re-index was cancelled."));
    await this.#current.ended;
    return true;
  }

  async resume(): Promise<ReindexJob | null> {
    const release = this.#current ? null : this.#deps.takeLock();
    if (!release) return null;
    const left = this.#deps.jobs.interrupted();
    if (left) this.#run(left.job, { after: left.after, release });
    else release();
    return left?.job ?? null;
  }

  watch(onChange: (job: ReindexJob) => void): () => void {
    this.#watchers.add(onChange);
    return () => void this.#watchers.delete(onChange);
  }

  /** Interrupts the job for a stop of the process: it stays "running" in the store, for `resume`. */
  async close(): Promise<void> {
    this.#isStopped = true;
    this.#current?.stop.abort(new OpfindError("aborted", "opfind stops."));
    await this.#current?.ended;
  }

  #run(job: ReindexJob, { after, release }: { readonly after: PosterId; readonly release: () => void }): void {
    const stop = new AbortController();
    const ended = this.#work(job, after, stop.signal).finally(() => {
      this.#current = undefined;
      release();
    });
    this.#current = { jobId: job.jobId, stop, ended };
  }

  async #work(job: ReindexJob, after: PosterId, signal: AbortSignal): Promise<void> {
    const { jobs, log, buildIndex } = this.#deps;
    const report = this.#reporter(job, after);
    try {
      await this.#embed(job, { after, report }, signal);
      await buildIndex((done, total) => report({ stage: "building", done, total }), signal);
      this.#end(job, "done", null);
    } catch (error) {
      if (this.#isStopped) {
        jobs.update(job.jobId, report({}));
        return;
      }
      const isCancelled = error instanceof OpfindError && error.code === "aborted";
      if (!isCancelled) log.error({ err: error, jobId: job.jobId }, "the re-index failed");
      this.#end(job, isCancelled ? "cancelled" : "failed", isCancelled ? null : sentence(error));
    }
  }

  async #embed(
    { isFull }: ReindexJob,
    { after, report }: { readonly after: PosterId; readonly report: Report },
    signal: AbortSignal,
  ): Promise<void> {
    let unreadable = 0;
    const deps: EmbedStoredDeps = {
      ...this.#deps.embedding,
      onProgress: (done, total, lastPosterId) => report({ stage: "embedding", done, total, lastPosterId }),
      onFailure: (posterId, { code }) => {
        this.#deps.log.warn({ posterId, code }, "a stored picture cannot be read");
        report({ unreadable: ++unreadable });
      },
      onLeftOut: (modelId, { message }) => this.#deps.log.warn(`${modelId} is shown no poster: ${message}`),
    };
    await (isFull ? embedAll(deps, after, signal) : embedMissing(deps, signal));
  }

  /** Collects changes and writes them now and then. @returns all that is known */
  #reporter(job: ReindexJob, after: PosterId): Report {
    const { jobs, clock } = this.#deps;
    let known: JobUpdate = { ...job, lastPosterId: after };
    let writtenAt = 0;
    return (change) => {
      known = { ...known, ...change };
      if (clock.now() - writtenAt >= WRITE_EVERY_MS) {
        writtenAt = clock.now();
        jobs.update(job.jobId, known);
        this.#tell({ ...job, ...toFacts(known) });
      }
      return known;
    };
  }

  #end(job: ReindexJob, state: Exclude<ReindexJob["state"], "running">, failure: string | null): void {
    const { jobs, clock } = this.#deps;
    jobs.end(job.jobId, state, failure, clock.now());
    const ended = jobs.latest();
    if (ended?.jobId === job.jobId) this.#tell(ended);
  }

  #tell(job: ReindexJob): void {
    for (const onChange of this.#watchers) onChange(job);
  }
}

type Report = (change: Partial<JobUpdate>) => JobUpdate;

function toFacts({ stage, done, total, unreadable }: JobUpdate): Omit<JobUpdate, "lastPosterId"> {
  return { stage, done, total, unreadable };
}

function sentence(error: unknown): string {
  return error instanceof OpfindError ? error.message : "Something unexpected went wrong; the log says more.";
}
