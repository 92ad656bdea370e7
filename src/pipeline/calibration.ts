import { z } from "zod";
import { OpfindError } from "../errors.ts";
import { FEATURE_NAMES, type Features } from "./features.ts";

const Weights = z.object({
  bias: z.number(),
  score: z.number(),
  margin: z.number(),
  contrast: z.number(),
  agreement: z.number(),
  size: z.number(),
  crowd: z.number(),
  /** counts after comparing points alone; files of format 1 lack it */
  inliers: z.number().optional(),
  /** counts in `beside` alone */
  beside: z.number().optional(),
});

/** Logistic regression on the features as they are: `p = 1 / (1 + exp(-(bias + Σ weight · feature)))`. */
export type LogisticWeights = Readonly<z.infer<typeof Weights>>;

const Schema = z.object({
  /** 2 brought `verified` and `doubtful`, 3 a second network; former files work without them */
  format: z.literal([1, 2, 3]),
  /** `Embedder.modelId` that the run used; the numbers mean nothing for another one */
  modelId: z.string().min(1),
  /** the second network that `weights.beside` was fitted with; another one is not asked */
  besideId: z.string().min(1).optional(),
  run: z.object({
    command: z.string(),
    date: z.iso.datetime(),
    seed: z.int(),
    gallery: z.string(),
    queries: z.string(),
    positives: z.int(),
    negatives: z.int(),
  }),
  /** after the first view alone, after all views, after comparing points, and after asking a second network as well */
  weights: z.object({ first: Weights, all: Weights, verified: Weights.optional(), beside: Weights.optional() }),
  thresholds: z.object({
    /** the first view decides alone from this probability on */
    clear: z.number().min(0).max(1),
    match: z.number().min(0).max(1),
    ambiguous: z.number().min(0).max(1),
    /** answers of all views from here to `clear` are worth comparing points; without it none is */
    doubtful: z.number().min(0).max(1).optional(),
  }),
  /** no probability above this is ever claimed: the run was too small to know better, or there was none */
  ceiling: z.number().min(0).max(1),
  /** mean level of the neighbours further behind: stands in where a gallery has too few */
  typicalBackground: z.number().min(-1).max(1),
  /** two posters with a cosine from here on show the same artwork */
  sameArtwork: z.number().min(-1).max(1.1),
});

/** The numbers that turn features into probabilities and verdicts, named after the evaluation run that chose them. */
export type Calibration = z.infer<typeof Schema>;

/** @throws OpfindError manifest-invalid when the file is not a calibration */
export function parseCalibration(json: unknown): Calibration {
  const parsed = Schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OpfindError(
    "manifest-invalid",
    `The calibration does not have the expected form: ${issue?.path.join(".")}: ${issue?.message}.`,
    { cause: parsed.error },
  );
}

/** The probability, 0–1, that the described anime is the right one. */
export function probability(features: Features, weights: LogisticWeights): number {
  const sum = FEATURE_NAMES.reduce((total, name) => total + (weights[name] ?? 0) * features[name], weights.bias);
  return 1 / (1 + Math.exp(-sum));
}

/**
 * For a network that no evaluation run has measured: it ranks by margin, reports no more than even odds, and so answers
 * with three candidates at most, never with a match.
 */
export function uncalibrated(modelId: string): Calibration {
  const weights = { bias: -3, score: 0, margin: 60, contrast: 0, agreement: 0, size: 0, crowd: 0 };
  return {
    format: 2,
    modelId,
    run: {
      command: "none: this network was never measured",
      date: "1970-01-01T00:00:00Z",
      seed: 0,
      gallery: "none",
      queries: "none",
      positives: 0,
      negatives: 0,
    },
    weights: { first: weights, all: weights },
    thresholds: { clear: 1, match: 1, ambiguous: 0.3 },
    ceiling: 0.5,
    typicalBackground: 0.5,
    sameArtwork: 0.97,
  };
}

/** Does this calibration speak about this network? */
export function isFor(calibration: Calibration, modelId: string): boolean {
  return calibration.modelId === modelId;
}

/** Does it know what the word of this second network is worth? */
export function knowsBeside({ besideId, weights }: Calibration, modelId: string): boolean {
  return besideId === modelId && weights.beside !== undefined;
}
