import type { Verdict } from "../domain/identification.ts";
import type { Calibration } from "../pipeline/calibration.ts";
import { decide } from "../pipeline/decide.ts";
import { isClear, type Stage } from "../pipeline/identify.ts";
import { isDoubtful } from "../pipeline/verified.ts";
import {
  type Answer,
  areaUnderRoc,
  calibrationError,
  type OperatingPoint,
  operate,
  precisionFrom,
  type ReliabilityBin,
  type RiskPoint,
  recallAtFalseAccepts,
  reliability,
  riskCoverage,
  share,
} from "./metrics.ts";
import { type Probe, placeOf, type StageTrace } from "./probe.ts";

/** A probe with the answer that the pipeline gives: from the first view when that is clear, else from all, asked and compared when in doubt. */
export interface Judged extends Answer {
  readonly probe: Probe;
  readonly verdict: Verdict;
  readonly stage: Stage;
}

/** Shares 0–1 of `queries` questions. */
export interface Row {
  readonly queries: number;
  readonly top1: number;
  readonly top3: number;
  /** the first anime is of the right franchise */
  readonly franchise: number;
  /** answered "match" and right */
  readonly matched: number;
  /** answered "match" and wrong */
  readonly wronglyMatched: number;
  readonly ambiguous: number;
  readonly unknown: number;
  /** decided by the first view alone */
  readonly quick: number;
  /** decided after comparing points */
  readonly compared: number;
}

export interface NamedRow extends Row {
  readonly name: string;
}

/** The figures of one evaluation run. */
export interface Figures {
  readonly overall: Row;
  readonly byEdit: readonly NamedRow[];
  readonly bySource: readonly NamedRow[];
  readonly bySize: readonly NamedRow[];
  /** all queries, known and foreign, by the size of the gallery that was asked */
  readonly byGallery: readonly NamedRow[];
  readonly foreign: readonly NamedRow[];
  /** at the threshold of this run that lets in 0.5 % of the foreign queries */
  readonly recallAtHalfPercent: OperatingPoint;
  /** at the shipped match threshold */
  readonly operating: OperatingPoint;
  readonly matchPrecision: number;
  readonly calibrationError: number;
  readonly areaUnderRoc: number;
  readonly reliability: readonly ReliabilityBin[];
  readonly riskCoverage: readonly RiskPoint[];
}

export function judge(probe: Probe, calibration: Calibration): Judged {
  const { size, embeddings } = probe;
  const ask = (stage: Stage, { ranking }: StageTrace): Judged => {
    const weights = calibration.weights[stage] ?? calibration.weights.all;
    const verdict = decide(ranking, { calibration, weights, size, embeddings });
    const { candidates } = verdict;
    const isRight = placeOf(probe.file.anilistId, candidates) === 0;
    return { probe, verdict, stage, probability: candidates[0]?.confidence ?? 0, isRight };
  };
  const quick = ask("first", probe.first);
  if (isClear(quick.verdict, calibration)) return quick;
  const slow = ask("all", probe.all);
  const { weights, thresholds } = calibration;
  const { verified, beside } = probe;
  if (!weights.verified || !isDoubtful(slow.probability, thresholds)) return slow;
  if (beside && weights.beside) return ask("beside", beside);
  return verified ? ask("verified", verified) : slow;
}

/** Only queries of the gallery's own artwork count as a row of an edit: another cover is another question. */
export function figuresOf(everything: readonly Judged[], { thresholds }: Calibration): Figures {
  const judged = everything.filter(({ probe }) => probe.isWhole);
  const known = judged.filter(({ probe }) => probe.kind === "known");
  const foreign = judged.filter(({ probe }) => probe.kind !== "known");
  const foreignProbabilities = foreign.map(({ probability }) => probability);
  const homeSet = known[0]?.probe.gallerySet;
  const home = known.filter(({ probe }) => probe.file.set === homeSet);
  return {
    overall: rowOf(home),
    byEdit: rowsBy(home, ({ probe }) => probe.edit),
    bySource: rowsBy(
      known.filter(({ probe }) => probe.edit === "clean"),
      ({ probe }) => probe.file.set,
    ),
    bySize: rowsBy(home, ({ probe }) => sizeClass(probe)),
    byGallery: rowsBy(everything, galleryClass),
    foreign: rowsBy(foreign, ({ probe }) => (probe.kind === "negative" ? "no poster" : "franchise taken out")),
    recallAtHalfPercent: recallAtFalseAccepts(home, foreignProbabilities, 0.005),
    operating: operate(home, foreignProbabilities, thresholds.match),
    matchPrecision: precisionFrom(judged, thresholds.match),
    calibrationError: calibrationError(judged),
    areaUnderRoc: areaUnderRoc(judged),
    reliability: reliability(judged),
    riskCoverage: thin(riskCoverage(judged)),
  };
}

/** Points of the risk–coverage curve that are kept: more cannot be seen. */
const CURVE_POINTS = 200;

function thin(points: readonly RiskPoint[]): readonly RiskPoint[] {
  const every = Math.max(1, Math.ceil(points.length / CURVE_POINTS));
  return points.filter((_, at) => at % every === every - 1 || at === points.length - 1);
}

function galleryClass({ probe }: Judged): string {
  const posters = probe.isWhole ? "whole gallery" : probe.embeddings > 500 ? "about 125 posters" : "about 20 posters";
  return `${posters}, ${probe.kind === "known" ? "known" : "foreign"}`;
}

function sizeClass({ size }: Probe): string {
  const shorter = Math.min(size.width, size.height);
  if (shorter >= 200) return "200 px and more";
  return shorter >= 100 ? "100–199 px" : "below 100 px";
}

function rowsBy(judged: readonly Judged[], nameOf: (one: Judged) => string): readonly NamedRow[] {
  const names = [...new Set(judged.map(nameOf))];
  return names.map((name) => ({ name, ...rowOf(judged.filter((one) => nameOf(one) === name)) }));
}

function rowOf(judged: readonly Judged[]): Row {
  const trace = ({ probe, stage }: Judged) => probe[stage] ?? probe.all;
  const is = (kind: Verdict["kind"]) => (one: Judged) => one.verdict.kind === kind;
  return {
    queries: judged.length,
    top1: share(judged, ({ probe, verdict }) => placeOf(probe.file.anilistId, verdict.candidates) === 0),
    top3: share(judged, (one) => trace(one).place >= 0 && trace(one).place < 3),
    franchise: share(judged, ({ probe, verdict }) => isOfFranchise(probe, verdict)),
    matched: share(judged, (one) => is("match")(one) && one.isRight),
    wronglyMatched: share(judged, (one) => is("match")(one) && !one.isRight),
    ambiguous: share(judged, is("ambiguous")),
    unknown: share(judged, is("unknown")),
    quick: share(judged, ({ stage }) => stage === "first"),
    compared: share(judged, ({ stage }) => stage === "verified" || stage === "beside"),
  };
}

function isOfFranchise({ kind, group }: Probe, { candidates }: Verdict): boolean {
  return kind === "known" && candidates[0]?.franchise === group;
}
