import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Identification } from "./domain/identification.ts";
import type { QueueMeter } from "./pipeline/work-queue.ts";

/** What is read when somebody asks for the metrics. */
export interface Levels {
  readonly waiting: number;
  readonly posters: number;
  readonly embeddings: number;
  /** 0–1 of a running re-index, 1 when none runs */
  readonly reindexRatio: number;
}

/** Counts for Prometheus (https://prometheus.io/docs/practices/naming): durations in seconds, totals since the start. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #verdicts = this.counter("opfind_identifications_total", "Pictures that were named, by verdict", [
    "verdict",
  ]);
  readonly #stages = this.histogram("opfind_stage_duration_seconds", "How long the stages of naming a picture take", {
    labels: ["stage"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  });
  readonly #waits = this.histogram("opfind_queue_wait_seconds", "How long pictures wait for their turn", {
    labels: [],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60],
  });
  readonly #refusals = this.counter("opfind_queue_rejections_total", "Pictures that found no room", ["reason"]);
  readonly #confirmations = this.counter("opfind_confirmations_total", "Clicks that confirm or approve, by what came", [
    "outcome",
  ]);
  readonly #sources = this.counter("opfind_source_requests_total", "Requests to other services", ["source", "outcome"]);

  readonly #backups = this.counter("opfind_backups_total", "Backups that were taken by themselves", ["outcome"]);
  readonly #backedUpAt = new Gauge({
    name: "opfind_backup_last_success_timestamp_seconds",
    help: "When the last backup was complete; 0 before the first",
    registers: [this.#registry],
  });

  readonly queue: QueueMeter = {
    waited: (ms) => this.#waits.observe(ms / 1000),
    refused: (reason) => this.#refusals.inc({ reason }),
  };

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  identified({ verdict, timings }: Identification): void {
    this.#verdicts.inc({ verdict: verdict.kind });
    for (const { stage, ms } of timings) this.#stages.observe({ stage }, ms / 1000);
  }

  /** @param outcome learnt, awaiting, already, limit or gone */
  confirmed(outcome: string): void {
    this.#confirmations.inc({ outcome });
  }

  /** @param outcome "ok" or the code of the failure */
  asked(source: string, outcome: string): void {
    this.#sources.inc({ source, outcome });
  }

  /**
   * @param outcome "ok" or the code of the failure
   * @param at milliseconds since the epoch
   */
  backedUp(outcome: string, at: number): void {
    this.#backups.inc({ outcome });
    if (outcome === "ok") this.#backedUpAt.set(at / 1000);
  }

  /** Levels are read at each scrape, never remembered. */
  watch(read: () => Promise<Levels>): void {
    const gauge = (name: string, help: string, of: (levels: Levels) => number) =>
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        async collect() {
          this.set(of(await read()));
        },
      });
    gauge("opfind_queue_depth", "Pictures that wait for their turn", ({ waiting }) => waiting);
    gauge("opfind_gallery_posters", "Posters in the gallery", ({ posters }) => posters);
    gauge("opfind_gallery_embeddings", "Embeddings that can be searched", ({ embeddings }) => embeddings);
    gauge("opfind_reindex_progress_ratio", "How far a re-index is; 1 when none runs", (levels) => levels.reindexRatio);
  }

  /** Another room's own counter, in the same page. */
  counter<Label extends string>(name: string, help: string, labels: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labels], registers: [this.#registry] });
  }

  /** Another room's own histogram, in the same page. */
  histogram<Label extends string>(
    name: string,
    help: string,
    { labels, buckets }: HistogramShape<Label>,
  ): Histogram<Label> {
    return new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [this.#registry] });
  }

  /** The page that Prometheus reads. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }
}

interface HistogramShape<Label extends string> {
  readonly labels: readonly Label[];
  /** upper bounds in seconds, ascending */
  readonly buckets: readonly number[];
}
