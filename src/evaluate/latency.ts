import { openArtwork } from "../pipeline/artwork.ts";
import type { Calibration } from "../pipeline/calibration.ts";
import { identify } from "../pipeline/identify.ts";
import type { Clock, Embedder, RgbImage } from "../pipeline/ports.ts";
import type { LabelledFile } from "./dataset.ts";
import type { Gallery } from "./gallery.ts";
import { percentile } from "./metrics.ts";

/** Milliseconds of one stage over the timed queries. */
export interface Latency {
  readonly stage: string;
  readonly p50: number;
  readonly p95: number;
}

export interface TimedPipeline {
  readonly gallery: Gallery;
  readonly calibration: Calibration;
  readonly embedder: Embedder;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly readFile: (path: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly clock: Clock;
}

/** Clean covers that are timed, one after the other; the first few warm the caches and are not counted. */
const TIMED = 100;
const WARM_UP = 5;

/** Times the pipeline itself, from the bytes of a file to its verdict. */
export async function measureLatency(
  files: readonly LabelledFile[],
  { gallery, calibration, embedder, decode, readFile, clock }: TimedPipeline,
  signal: AbortSignal,
): Promise<readonly Latency[]> {
  const artwork = openArtwork(gallery, { modelId: embedder.modelId, threshold: calibration.sameArtwork });
  const pipeline = { decode, embedder, index: gallery.index, store: gallery, artwork, calibration, clock };
  const stages = new Map<string, number[]>([["total", []]]);
  for (const [at, { path }] of files.slice(0, TIMED + WARM_UP).entries()) {
    const bytes = await readFile(path, signal);
    const { timings } = await identify(bytes, pipeline, signal);
    if (at < WARM_UP) continue;
    stages.get("total")?.push(timings.reduce((sum, { ms }) => sum + ms, 0));
    for (const { stage, ms } of timings) stages.set(stage, [...(stages.get(stage) ?? []), ms]);
  }
  return [...stages].map(([stage, ms]) => ({ stage, p50: percentile(ms, 0.5), p95: percentile(ms, 0.95) }));
}
