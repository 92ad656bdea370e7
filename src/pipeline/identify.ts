import type { Identification, StageTiming, Verdict } from "../domain/identification.ts";
import type { Artwork } from "./artwork.ts";
import { askBeside } from "./beside.ts";
import { isBlankQuery } from "./blank.ts";
import type { Calibration } from "./calibration.ts";
import { decide } from "./decide.ts";
import { foldSameArtwork, type Ranking, rankAnime } from "./group.ts";
import type {
  Clock,
  Embedder,
  Embedding,
  PosterStore,
  RgbImage,
  SecondNetwork,
  VectorIndex,
  Verifier,
} from "./ports.ts";
import { type PosterScores, searchViews } from "./search.ts";
import { lookCloser } from "./verified.ts";
import { queryViews } from "./views.ts";

export interface IdentifyDeps {
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly embedder: Embedder;
  readonly index: VectorIndex;
  readonly store: Pick<PosterStore, "labels">;
  /** `openArtwork` of artwork.ts */
  readonly artwork: Artwork;
  readonly calibration: Calibration;
  /** compares answers in doubt point by point; without it they stay in doubt */
  readonly verifier?: Verifier;
  /** asked about answers in doubt before their points are compared */
  readonly beside?: SecondNetwork | undefined;
  readonly clock: Pick<Clock, "elapsedMs">;
}

/**
 * Names the anime of one picture. The first view is one network run; only when it does not decide are the others
 * embedded too, so a clean cover costs little more than its decoding; what is in doubt even then is shown to a second
 * network, where there is one, and compared with the candidates' posters point by point.
 * @param query the bytes of an image file, or pixels already decoded
 * @throws OpfindError image-* | embedder-failed | index-broken | index-dimension | aborted
 */
export async function identify(
  query: Uint8Array | RgbImage,
  deps: IdentifyDeps,
  signal: AbortSignal,
): Promise<Identification> {
  const watch = stopwatch(deps.clock);
  const image = query instanceof Uint8Array ? await watch.time("decode", () => deps.decode(query, signal)) : query;
  const views = watch.run("trim", () => queryViews(image));
  if (watch.run("trim", () => isBlankQuery(views.first.image))) {
    return { verdict: { kind: "unknown", candidates: [] }, timings: watch.timings() };
  }
  const look = async (images: readonly RgbImage[]): Promise<readonly PosterScores[]> => {
    const embeddings = await watch.time<readonly Embedding[]>("embed", () => deps.embedder.embed(images, signal));
    return watch.time("search", () => searchViews(deps.index, embeddings, signal));
  };
  const order = (scores: readonly PosterScores[]) => watch.time("decide", () => rank(scores, deps, signal));
  const judge = (ranking: Ranking, stage: Stage): Verdict =>
    watch.run("decide", () => decide(ranking, basis(deps, stage, views.first.image)));

  const first = await look([views.first.image]);
  const quick = judge(await order(first), "first");
  if (isClear(quick, deps.calibration)) return { verdict: quick, timings: watch.timings() };
  const further = watch.run("views", () => views.further().map(({ image }) => image));
  const found = await order([...first, ...(await look(further))]);
  const doubt = { picture: views.first.image, ranking: found, verdict: judge(found, "all") };
  if (!deps.verifier) return { verdict: doubt.verdict, timings: watch.timings() };
  const ranking = deps.beside ? await watch.time("beside", () => askBeside(doubt, deps, signal)) : found;
  const verdict = await watch.time("verify", () => lookCloser({ ...doubt, ranking }, { ...deps, judge }, signal));
  return { verdict, timings: watch.timings() };
}

/** Orders what the views found by anime, with the same artwork under several ids folded into one. */
export async function rank(
  views: readonly PosterScores[],
  { store, artwork }: Pick<IdentifyDeps, "store" | "artwork">,
  signal: AbortSignal,
): Promise<Ranking> {
  const posterIds = [...new Set(views.flatMap((view) => [...view.keys()]))];
  return await foldSameArtwork(rankAnime(views, await store.labels(posterIds, signal)), artwork, signal);
}

/** After the first view, after all views, after comparing points, after asking a second network as well. */
export type Stage = keyof Calibration["weights"];

/** What a decision rests on besides the ranking. */
export function basis(
  { calibration, index }: Pick<IdentifyDeps, "calibration" | "index">,
  stage: Stage,
  size: RgbImage,
) {
  const weights = calibration.weights[stage] ?? calibration.weights.all;
  return { calibration, weights, size, embeddings: index.size };
}

/** Is the first view's answer so sure that no other view is worth its time? */
export function isClear({ candidates }: Verdict, { thresholds }: Calibration): boolean {
  const [best] = candidates;
  return best !== undefined && best.confidence >= thresholds.clear;
}

/** Adds up how long each stage took; a stage that runs twice is told once. */
function stopwatch({ elapsedMs }: Pick<Clock, "elapsedMs">) {
  const spent = new Map<string, number>();
  const add = (stage: string, since: number) => void spent.set(stage, (spent.get(stage) ?? 0) + elapsedMs() - since);
  return {
    run<T>(stage: string, work: () => T): T {
      const since = elapsedMs();
      const result = work();
      add(stage, since);
      return result;
    },
    async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
      const since = elapsedMs();
      const result = await work();
      add(stage, since);
      return result;
    },
    timings: (): readonly StageTiming[] => [...spent].map(([stage, ms]) => ({ stage, ms })),
  };
}
