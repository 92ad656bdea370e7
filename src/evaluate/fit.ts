import type { Calibration, LogisticWeights } from "../pipeline/calibration.ts";
import { decide } from "../pipeline/decide.ts";
import { background, describe } from "../pipeline/features.ts";
import type { Stage } from "../pipeline/identify.ts";
import { isDoubtful } from "../pipeline/verified.ts";
import { type Example, fitLogistic } from "./logistic.ts";
import { type Answer, precisionFrom, recallAtFalseAccepts, share } from "./metrics.ts";
import { type Probe, placeOf, type StageTrace } from "./probe.ts";

/** What the thresholds must hold on the cross-validated answers. */
const TARGETS = {
  /** of the answers that the first view gives alone */
  clearPrecision: 0.999,
  /** of all matches */
  matchPrecision: 0.997,
  /** share of the foreign queries that end as a match */
  falseMatches: 0.003,
  /** share of the foreign queries that end as a match or with candidates, in the whole gallery */
  falseAccepts: 0.005,
  /** share of the foreign queries in the whole gallery whose points are compared: an answer of "unknown" stays quick */
  compared: 0.1,
} as const;

/** However well the run went: an answer given alone is nearly certain, a match more likely right than not, a candidate worth a look. */
const FLOORS = { clear: 0.9, match: 0.7, ambiguous: 0.1 } as const;

const FOLDS = 5;

/** Every kind of query counts as a whole, however many of it there are: half of what is asked is not in the gallery. */
const KIND_WEIGHT = { known: 0.5, "held-out": 0.25, negative: 0.25 } as const;

/** Two posters from this cosine on are one artwork: chosen by hand from the gallery's nearest pairs, see models/calibration.md. */
export const SAME_ARTWORK = 0.95;

type CalibrationRun = Calibration["run"];

export interface Fit {
  readonly calibration: Calibration;
  /** what each probe was answered by weights that its franchise had no part in */
  readonly answers: readonly Answer[];
}

interface Naming {
  readonly modelId: string;
  /** the second network that was asked; null without one */
  readonly besideId: string | null;
  readonly run: Omit<CalibrationRun, "positives" | "negatives">;
}

/**
 * Fits weights and chooses thresholds, both cross-validated by franchise. Probes that were compared point by point get
 * weights of their own, and so do those that a second network was asked about as well: they are looked at closer when
 * the thresholds of a fit without them say so (doubts.ts).
 */
export function fitCalibration(probes: readonly Probe[], { modelId, besideId, run }: Naming): Fit {
  const typicalBackground = typicalBackgroundOf(probes);
  const [first, all] = [fitStage(probes, "first", typicalBackground), fitStage(probes, "all", typicalBackground)];
  const fitIfTold = (stage: "verified" | "beside") =>
    isTelling(probes, stage) ? fitStage(probes, stage, typicalBackground) : null;
  const [verified, beside] = [fitIfTold("verified"), fitIfTold("beside")];
  const isClear = (from: number) => precisionFrom(first.answers, from) >= TARGETS.clearPrecision;
  const clear = Math.max(FLOORS.clear, lowestThreshold(first.answers, isClear));
  const doubtful = Math.min(clear, strangersAbove(probes, all.answers, TARGETS.compared));
  const answers = probes.map((probe, at) => {
    const [early, late] = [first.answers[at] ?? NOTHING_FOUND, all.answers[at] ?? NOTHING_FOUND];
    if (early.probability >= clear) return early;
    const closer = (probe.beside && beside?.answers[at]) || (probe.verified && verified?.answers[at]);
    return closer && isDoubtful(late.probability, { doubtful, clear }) ? closer : late;
  });
  const known = probes.filter(({ kind }) => kind === "known").length;
  const calibration: Calibration = {
    ...(besideId !== null && beside ? { format: 3, modelId, besideId } : { format: 2, modelId }),
    run: { ...run, positives: known, negatives: probes.length - known },
    weights: {
      first: first.weights,
      all: all.weights,
      ...(verified ? { verified: verified.weights } : {}),
      ...(beside ? { beside: beside.weights } : {}),
    },
    thresholds: { clear, ...acceptFrom(probes, answers), doubtful },
    ceiling: 1 - 1 / (probes.length + 2), // Laplace: so many queries cannot show a smaller share of failures
    typicalBackground,
    sameArtwork: SAME_ARTWORK,
  };
  return { calibration, answers };
}

/** Weights fitted on right answers alone, or on wrong ones, would call every answer that. */
function isTelling(probes: readonly Probe[], stage: Stage): boolean {
  const places = probes.flatMap((probe) => probe[stage]?.place ?? []);
  return places.some((place) => place === 0) && places.some((place) => place !== 0);
}

/** From which probabilities on an answer is a match, and from which it is worth telling candidates. */
function acceptFrom(probes: readonly Probe[], answers: readonly Answer[]) {
  const foreign = answers.filter((_, at) => probes[at]?.kind !== "known").map(({ probability }) => probability);
  const accepted = (threshold: number) => share(foreign, (probability) => probability >= threshold);
  const isMatch = (from: number) =>
    precisionFrom(answers, from) >= TARGETS.matchPrecision && accepted(from) <= TARGETS.falseMatches;
  const match = Math.max(FLOORS.match, lowestThreshold(answers, isMatch));
  const ambiguous = Math.max(FLOORS.ambiguous, strangersAbove(probes, answers, TARGETS.falseAccepts));
  return { match, ambiguous: Math.min(match, ambiguous) };
}

/** The probability that this share of the strangers to the whole gallery reaches. */
function strangersAbove(probes: readonly Probe[], answers: readonly Answer[], most: number): number {
  const strangers = answers.filter((_, at) => probes[at]?.kind !== "known" && probes[at]?.isWhole);
  const claims = strangers.map(({ probability }) => probability);
  return recallAtFalseAccepts([], claims, most).threshold;
}

/** The mean level of the neighbours further behind, where a gallery is large enough to have them. */
function typicalBackgroundOf(probes: readonly Probe[]): number {
  const levels = probes
    .filter(({ all }) => all.ranking.others.length >= 20)
    .map(({ all }) => background(all.ranking.others, 0));
  return levels.length === 0 ? 0 : levels.reduce((sum, level) => sum + level, 0) / levels.length;
}

interface StageFit {
  readonly weights: LogisticWeights;
  readonly answers: readonly Answer[];
}

function fitStage(probes: readonly Probe[], stage: Stage, typicalBackground: number): StageFit {
  const counts = countKinds(probes.filter((probe) => probe[stage]));
  const examples = probes.map((probe) => {
    const weight = KIND_WEIGHT[probe.kind] / counts[probe.kind];
    const trace = probe[stage];
    return trace && example(probe, trace, { weight, typicalBackground });
  });
  const usable = (keep: (at: number) => boolean) => examples.flatMap((one, at) => (one && keep(at) ? [one] : []));
  const folds = foldsOf(probes);
  const byFold = Array.from({ length: FOLDS }, (_, fold) => fitLogistic(usable((at) => folds[at] !== fold)));
  const answers = examples.map((one, at) => {
    const [weights, probe] = [byFold[folds[at] ?? 0], probes[at]];
    return one && weights && probe ? claim(probe, stage, { weights, typicalBackground }) : NOTHING_FOUND;
  });
  return { weights: fitLogistic(usable(() => true)), answers };
}

const NOTHING_FOUND: Answer = { probability: 0, isRight: false };

/** The first candidate as `decide` would put it; verdicts are of no interest here. */
function claim(
  probe: Probe,
  stage: Stage,
  { weights, typicalBackground }: { readonly weights: LogisticWeights; readonly typicalBackground: number },
): Answer {
  const calibration = { typicalBackground, ceiling: 1, thresholds: { clear: 1, match: 1, ambiguous: 1 } };
  const { size, embeddings } = probe;
  const ranking = probe[stage]?.ranking;
  if (!ranking) return NOTHING_FOUND;
  const { candidates } = decide(ranking, { calibration, weights, size, embeddings });
  return {
    probability: candidates[0]?.confidence ?? 0,
    isRight: placeOf(probe.file.anilistId, candidates) === 0,
  };
}

function example(
  { group, size, embeddings }: Probe,
  { ranking, place }: StageTrace,
  { weight, typicalBackground }: { readonly weight: number; readonly typicalBackground: number },
): Example | undefined {
  if (ranking.anime.length === 0) return undefined;
  const features = describe(ranking, 0, { size, embeddings, typicalBackground });
  return { features, isRight: place === 0, weight, group };
}

function countKinds(probes: readonly Probe[]): Readonly<Record<Probe["kind"], number>> {
  const count = (wanted: Probe["kind"]) => Math.max(1, probes.filter(({ kind }) => kind === wanted).length);
  return { known: count("known"), "held-out": count("held-out"), negative: count("negative") };
}

/** A fold per probe; all of a franchise stand in the same one. */
function foldsOf(probes: readonly Probe[]): readonly number[] {
  const groups = [...new Set(probes.map(({ group }) => group))].sort();
  const folds = new Map(groups.map((group, at) => [group, at % FOLDS]));
  return probes.map(({ group }) => folds.get(group) ?? 0);
}

/** The lowest of the probabilities that occur from which on `holds` is true for good; 1 when it never is. */
function lowestThreshold(answers: readonly Answer[], holds: (threshold: number) => boolean): number {
  const steps = Array.from({ length: 200 }, (_, at) => 1 - 2 ** (-at / 14)); // denser towards 1
  const grid = steps.filter((step) => step > 0.05);
  const last = [...grid].reverse().findIndex((threshold) => !holds(threshold));
  const from = last === -1 ? 0 : grid.length - last;
  return answers.length === 0 ? 1 : (grid[from] ?? 1);
}
