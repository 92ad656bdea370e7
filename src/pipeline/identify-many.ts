import type { Verdict } from "../domain/identification.ts";
import { askBeside } from "./beside.ts";
import { isBlankQuery } from "./blank.ts";
import { decide } from "./decide.ts";
import type { Ranking } from "./group.ts";
import { basis, type IdentifyDeps, isClear, rank, type Stage } from "./identify.ts";
import type { RgbImage } from "./ports.ts";
import { type PosterScores, searchViews } from "./search.ts";
import { lookCloser } from "./verified.ts";
import { type QueryViews, queryViews } from "./views.ts";

export type ManyDeps = Omit<IdentifyDeps, "decode" | "clock">;

/** Pictures looked at together: the network's batches are full, and progress is told several times a second. */
const AT_ONCE = 16;

/**
 * Names many pictures as `identify` names one, with the network's runs shared. A picture that shows nothing is null.
 * @param onProgress how many are done
 * @returns one verdict per picture, in their order
 * @throws OpfindError embedder-failed | index-broken | index-dimension | aborted
 */
export async function identifyMany(
  images: readonly RgbImage[],
  { onProgress, ...deps }: ManyDeps & { readonly onProgress: (done: number) => void },
  signal: AbortSignal,
): Promise<readonly (Verdict | null)[]> {
  const verdicts: (Verdict | null)[] = [];
  while (verdicts.length < images.length) {
    const batch = images.slice(verdicts.length, verdicts.length + AT_ONCE);
    verdicts.push(...(await identifyBatch(batch, deps, signal)));
    onProgress(verdicts.length);
  }
  return verdicts;
}

interface Query {
  readonly at: number;
  readonly views: QueryViews;
  readonly first: PosterScores;
}

async function identifyBatch(
  images: readonly RgbImage[],
  deps: ManyDeps,
  signal: AbortSignal,
): Promise<readonly (Verdict | null)[]> {
  const verdicts: (Verdict | null)[] = images.map(() => null);
  const asked = images
    .map((image, at) => ({ at, views: queryViews(image) }))
    .filter(({ views }) => !isBlankQuery(views.first.image));
  const firsts = asked.map(({ views }) => views.first.image);
  const scores = await look(firsts, deps, signal);
  const queries = asked.flatMap((query, i) => (scores[i] ? [{ ...query, first: scores[i] }] : []));
  const unclear: Query[] = [];
  for (const query of queries) {
    const verdict = judge(query, await rank([query.first], deps, signal), { deps, stage: "first" });
    verdicts[query.at] = verdict;
    if (!isClear(verdict, deps.calibration)) unclear.push(query);
  }
  for (const { query, further } of await lookFurther(unclear, deps, signal)) {
    const ranking = await rank([query.first, ...further], deps, signal);
    const doubt = { picture: query.views.first.image, ranking, verdict: judge(query, ranking, { deps, stage: "all" }) };
    const closer = { ...deps, judge: (compared: Ranking, stage: Stage) => judge(query, compared, { deps, stage }) };
    const asked = { ...doubt, ranking: await askBeside(doubt, deps, signal) };
    verdicts[query.at] = await lookCloser(asked, closer, signal);
  }
  return verdicts;
}

async function lookFurther(queries: readonly Query[], deps: ManyDeps, signal: AbortSignal) {
  const views = queries.map((query) => query.views.further().map(({ image }) => image));
  const scores = await look(views.flat(), deps, signal);
  let from = 0;
  return queries.map((query, i) => {
    const count = views[i]?.length ?? 0;
    from += count;
    return { query, further: scores.slice(from - count, from) };
  });
}

async function look(
  images: readonly RgbImage[],
  { embedder, index }: ManyDeps,
  signal: AbortSignal,
): Promise<readonly PosterScores[]> {
  if (images.length === 0) return [];
  return await searchViews(index, await embedder.embed(images, signal), signal);
}

function judge(
  { views }: Query,
  ranking: Ranking,
  { deps, stage }: { readonly deps: ManyDeps; readonly stage: Stage },
): Verdict {
  return decide(ranking, basis(deps, stage, views.first.image));
}
