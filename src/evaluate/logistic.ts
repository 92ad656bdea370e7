import type { LogisticWeights } from "../pipeline/calibration.ts";
import { FEATURE_NAMES, type Features } from "../pipeline/features.ts";

/** One row to learn from. */
export interface Example {
  readonly features: Features;
  readonly isRight: boolean;
  /** how much it counts */
  readonly weight: number;
  /** examples of one group never stand on both sides of a fold */
  readonly group: string;
}

/** Pull towards zero on standardised features: a dev split of a hundred titles must not carve its outliers in. */
const RIDGE = 1e-3;
const ROUNDS = 50;
const CLOSE_ENOUGH = 1e-9;

/** Weighted logistic regression by Newton's method, with a ridge on all weights but the bias. */
export function fitLogistic(examples: readonly Example[]): LogisticWeights {
  const scale = standardise(examples);
  const rows = examples.map(({ features }) => [
    1,
    ...scale.map(({ name, mean, spread }) => (features[name] - mean) / spread),
  ]);
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  let weights = rows[0]?.map(() => 0) ?? [0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const step = newtonStep(rows, examples, { weights, total });
    weights = weights.map((weight, at) => weight - (step[at] ?? 0));
    if (step.every((change) => Math.abs(change) < CLOSE_ENOUGH)) break;
  }
  return onRawFeatures(weights, scale);
}

interface Scale {
  readonly name: (typeof FEATURE_NAMES)[number];
  readonly mean: number;
  readonly spread: number;
}

function standardise(examples: readonly Example[]): readonly Scale[] {
  const total = examples.reduce((sum, { weight }) => sum + weight, 0) || 1;
  return FEATURE_NAMES.map((name) => {
    const meanOf = (of: (value: number) => number) =>
      examples.reduce((sum, { features, weight }) => sum + weight * of(features[name]), 0) / total;
    const mean = meanOf((value) => value);
    const variance = meanOf((value) => (value - mean) ** 2);
    // A feature that never changes says nothing: its column becomes zeros and the ridge keeps its weight at zero.
    return { name, mean, spread: variance < 1e-12 ? 1 : Math.sqrt(variance) };
  });
}

/** Solves Hessian · step = gradient of the mean loss. */
function newtonStep(
  rows: readonly (readonly number[])[],
  examples: readonly Example[],
  { weights, total }: { readonly weights: readonly number[]; readonly total: number },
): readonly number[] {
  const gradient = weights.map((weight, at) => (at === 0 ? 0 : RIDGE * weight));
  const hessian = weights.map((_, row) =>
    weights.map((__, column) => (row === column ? (row === 0 ? 1e-9 : RIDGE) : 0)),
  );
  for (const [at, row] of rows.entries()) {
    const example = examples[at];
    if (!example) continue;
    const claimed = 1 / (1 + Math.exp(-dot(weights, row)));
    const part = example.weight / total;
    addScaled(gradient, row, part * (claimed - Number(example.isRight)));
    for (const [r, value] of row.entries()) addScaled(hessian[r] ?? [], row, part * claimed * (1 - claimed) * value);
  }
  return solve(hessian, gradient);
}

/** Gaussian elimination with pivoting; the ridge makes the matrix positive definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0]);
  for (let pivot = 0; pivot < rows.length; pivot += 1) {
    const below = rows.slice(pivot).map((row) => Math.abs(row[pivot] ?? 0));
    const best = pivot + below.indexOf(Math.max(...below));
    [rows[pivot], rows[best]] = [rows[best] ?? [], rows[pivot] ?? []];
    const top = rows[pivot] ?? [];
    for (const [at, row] of rows.entries()) {
      if (at !== pivot) addScaled(row, top, -(row[pivot] ?? 0) / (top[pivot] ?? 1));
    }
  }
  return rows.map((row, at) => (row[rows.length] ?? 0) / (row[at] ?? 1));
}

function onRawFeatures([bias = 0, ...weights]: readonly number[], scale: readonly Scale[]): LogisticWeights {
  const raw = scale.map(({ name, mean, spread }, at) => ({ name, mean, weight: (weights[at] ?? 0) / spread }));
  const of = (wanted: Scale["name"]) => raw.find(({ name }) => name === wanted)?.weight ?? 0;
  return {
    bias: bias - raw.reduce((sum, { mean, weight }) => sum + mean * weight, 0),
    score: of("score"),
    margin: of("margin"),
    contrast: of("contrast"),
    agreement: of("agreement"),
    size: of("size"),
    crowd: of("crowd"),
    inliers: of("inliers"),
    // Weights that no second network had a part in do not name it.
    ...(of("beside") === 0 ? {} : { beside: of("beside") }),
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function addScaled(target: number[], row: readonly number[], factor: number): void {
  for (const [at, value] of row.entries()) target[at] = (target[at] ?? 0) + factor * value;
}
