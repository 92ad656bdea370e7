import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { Calibration } from "../pipeline/calibration.ts";
import type { Ranking } from "../pipeline/group.ts";
import type { RgbImage, Verifier } from "../pipeline/ports.ts";
import { isDoubtful, toCompare, withInliers } from "../pipeline/verified.ts";
import { queryViews } from "../pipeline/views.ts";
import { EDITS } from "./edits.ts";
import { applyEdit, type Probe, placeOf, type StageTrace } from "./probe.ts";
import { judge } from "./report.ts";

export interface DoubtsContext {
  readonly calibration: Calibration;
  readonly verifier: Verifier;
  readonly seed: number;
  readonly read: (path: string, signal: AbortSignal) => Promise<RgbImage>;
  readonly progress: (label: string, total: number) => { update(done: number): void; stop(): void };
}

/**
 * Compares the points of every query that is in doubt after all views, as the pipeline does, and gives the probes back
 * with what was found.
 * @throws OpfindError image-* | aborted
 */
export async function compareDoubts(
  probes: readonly Probe[],
  context: DoubtsContext,
  signal: AbortSignal,
): Promise<readonly Probe[]> {
  const doubtful = probes.filter((probe) => isInDoubt(probe, context.calibration));
  const compared = new Map<Probe, Probe>();
  const bar = context.progress("Doubts", doubtful.length);
  const pictureOf = pictures(context, signal);
  try {
    for (const probe of doubtful) {
      compared.set(probe, await compareOne(probe, await pictureOf(probe), { verifier: context.verifier, signal }));
      bar.update(compared.size);
    }
  } finally {
    bar.stop();
  }
  return probes.map((probe) => compared.get(probe) ?? probe);
}

function isInDoubt({ verified: _, beside: __, ...probe }: Probe, calibration: Calibration): boolean {
  const { stage, probability } = judge(probe, calibration);
  return stage === "all" && isDoubtful(probability, calibration.thresholds);
}

interface Comparing extends Pick<DoubtsContext, "verifier"> {
  readonly signal: AbortSignal;
}

/** With and without what a second network says: a calibration has weights for both. */
async function compareOne(probe: Probe, picture: RgbImage, { verifier, signal }: Comparing): Promise<Probe> {
  const compare = async (posterIds: readonly PosterId[]) => {
    const verification = await verifier.compare(picture, posterIds, signal);
    if (verification.kind === "failed") throw new OpfindError("part-broken", `OpenCV failed: ${verification.why}.`);
    return verification.inliers;
  };
  const [own, joined] = [toCompare(probe.all.ranking), toCompare(probe.asked ?? probe.all.ranking)];
  const inliers = await compare(own);
  const verified = traceOf(withInliers(probe.all.ranking, inliers), probe);
  const isSame = own.join() === joined.join();
  const beside = probe.asked && traceOf(withInliers(probe.asked, isSame ? inliers : await compare(joined)), probe);
  const isTold = beside?.ranking.anime[0]?.beside !== undefined;
  return { ...probe, ...(verified ? { verified } : {}), ...(beside && isTold ? { beside } : {}) };
}

/** Like `lookCloser`: without points of the leader there is nothing to decide by. */
function traceOf(ranking: Ranking, { file }: Probe): StageTrace | null {
  if (ranking.anime[0]?.inliers === undefined) return null;
  return { ranking, place: placeOf(file.anilistId, ranking.anime) };
}

/** Probes of one picture follow each other: it is edited once. */
function pictures({ seed, read }: DoubtsContext, signal: AbortSignal) {
  let last: { readonly key: string; readonly picture: RgbImage } | undefined;
  return async ({ file: { path }, edit: name }: Probe): Promise<RgbImage> => {
    const key = `${path} ${name}`;
    if (last?.key === key) return last.picture;
    const edit = EDITS.find((one) => one.name === name);
    if (!edit) throw new RangeError(`There is no edit "${name}".`);
    const { first } = queryViews(await applyEdit(await read(path, signal), edit, { seed, path }));
    last = { key, picture: first.image };
    return first.image;
  };
}
