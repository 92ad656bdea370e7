import { describe, expect, test } from "vitest";
import { type Example, fitLogistic } from "../../src/evaluate/logistic.ts";
import { randomOf } from "../../src/evaluate/random.ts";
import { probability } from "../../src/pipeline/calibration.ts";
import type { Features } from "../../src/pipeline/features.ts";

const TRUE = { bias: -3, score: 0, margin: 20, contrast: 0, agreement: 0, size: 1, crowd: 0 };

/** Rows drawn from a known law: the fit has to find it again. */
function drawn(count: number, seed: string): readonly Example[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, at) => {
    const features: Features = {
      score: random(),
      margin: random() * 0.5 - 0.1,
      contrast: random(),
      agreement: 1,
      size: random() * 2 - 1,
      crowd: 0,
      inliers: 0,
      beside: 0,
    };
    return { features, isRight: random() < probability(features, TRUE), weight: 1, group: String(at % 20) };
  });
}

describe("logistic regression", () => {
  test("finds the weights that the examples were drawn with", () => {
    const weights = fitLogistic(drawn(20_000, "law"));
    expect(weights.margin).toBeCloseTo(TRUE.margin, -1);
    expect(Math.abs(weights.margin - TRUE.margin)).toBeLessThan(2);
    expect(Math.abs(weights.bias - TRUE.bias)).toBeLessThan(0.4);
    expect(Math.abs(weights.size - TRUE.size)).toBeLessThan(0.2);
    expect(Math.abs(weights.score)).toBeLessThan(0.3);
  });

  test("gives a feature that never changes no weight", () => {
    const weights = fitLogistic(drawn(500, "still"));
    expect(weights.agreement).toBeCloseTo(0);
    expect(weights).not.toHaveProperty("beside");
  });

  test("claims what is right on average", () => {
    const examples = drawn(2000, "mean");
    const weights = fitLogistic(examples);
    const claimed = examples.reduce((sum, { features }) => sum + probability(features, weights), 0);
    expect(claimed / 2000).toBeCloseTo(examples.filter(({ isRight }) => isRight).length / 2000, 3);
  });

  test("stays finite when the examples can be separated perfectly", () => {
    const separable = drawn(300, "apart").map((one) => ({ ...one, isRight: one.features.margin > 0.1 }));
    const weights = fitLogistic(separable);
    expect(Object.values(weights).every(Number.isFinite)).toBe(true);
    const sure = probability(
      {
        ...separable[0]?.features,
        score: 0.5,
        margin: 0.35,
        contrast: 0.5,
        agreement: 1,
        size: 0,
        crowd: 0,
        inliers: 0,
        beside: 0,
      },
      weights,
    );
    expect(sure).toBeGreaterThan(0.9);
  });

  test("counts an example of weight two like two of weight one", () => {
    const examples = drawn(400, "twice");
    const doubled = examples.map((one, at) => ({ ...one, weight: at % 2 === 0 ? 2 : 1 }));
    const repeated = examples.flatMap((one, at) => (at % 2 === 0 ? [one, one] : [one]));
    expect(fitLogistic(doubled).margin).toBeCloseTo(fitLogistic(repeated).margin, 4);
  });
});
