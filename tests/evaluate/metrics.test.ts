import { describe, expect, test } from "vitest";
import {
  type Answer,
  areaUnderRoc,
  calibrationError,
  operate,
  percentile,
  precisionFrom,
  recallAtFalseAccepts,
  reliability,
  riskCoverage,
} from "../../src/evaluate/metrics.ts";

const right = (probability: number): Answer => ({ probability, isRight: true });
const wrong = (probability: number): Answer => ({ probability, isRight: false });

describe("the calibration error", () => {
  test("is nothing when 70 % claimed is 70 % right", () => {
    const answers = [...Array(7).fill(right(0.7)), ...Array(3).fill(wrong(0.7))];
    expect(calibrationError(answers)).toBeCloseTo(0);
  });

  test("is the gap when everything is claimed and half is right", () => {
    expect(calibrationError([right(1), wrong(1)])).toBeCloseTo(0.5);
  });

  test("weighs its bins by how many answers they hold", () => {
    // nine answers with a gap of .1 and one with a gap of .5
    const answers = [...Array(9).fill(right(0.9)), wrong(0.5)];
    expect(calibrationError(answers)).toBeCloseTo((9 * 0.1 + 1 * 0.5) / 10);
  });

  test("of no answers is nothing", () => {
    expect(calibrationError([])).toBe(0);
  });

  test("counts a probability of 1 in the last bin and every answer once", () => {
    const bins = reliability([right(0), right(1 / 15), wrong(1)], 15);
    expect(bins.map(({ answers }) => answers).filter(Boolean)).toEqual([1, 1, 1]);
    expect(bins[14]).toMatchObject({ answers: 1, claimed: 1, right: 0 });
  });
});

describe("recall at a share of false accepts", () => {
  const foreign = Array.from({ length: 200 }, (_, at) => at / 1000); // .000 … .199

  test("sets the threshold just above the foreign query that would be one too many", () => {
    const { threshold, recall, falseAccepts } = recallAtFalseAccepts(
      [right(0.1985), right(0.5), wrong(0.9)],
      foreign,
      0.005,
    );
    expect(threshold).toBeGreaterThan(0.198);
    expect(threshold).toBeLessThan(0.1981);
    expect(falseAccepts).toBe(0.005); // the single one of .199
    expect(recall).toBeCloseTo(2 / 3);
  });

  test("lets in none when the share is less than one query", () => {
    expect(recallAtFalseAccepts([right(0.5)], foreign, 0.001)).toMatchObject({ recall: 1, falseAccepts: 0 });
  });

  test("accepts everything when there is nothing foreign", () => {
    expect(recallAtFalseAccepts([right(0), wrong(0)], [], 0.005)).toEqual({
      threshold: 0,
      recall: 0.5,
      falseAccepts: 0,
    });
  });

  test("counts a wrong answer as not recalled however sure it is", () => {
    expect(operate([wrong(1), right(0.4)], [], 0.5).recall).toBe(0);
  });
});

describe("the area under the ROC curve", () => {
  test.each([
    ["1 when every right answer is surer", [right(0.9), right(0.8), wrong(0.2)], 1],
    ["0 when every wrong answer is surer", [right(0.1), wrong(0.8)], 0],
    ["one half when all are equally sure", [right(0.5), wrong(0.5), right(0.5), wrong(0.5)], 0.5],
    ["the share of ordered pairs in between", [right(0.9), wrong(0.7), right(0.5), wrong(0.3)], 0.75],
    ["one half when one kind is missing", [right(0.9)], 0.5],
  ])("is %s", (_, answers, expected) => {
    expect(areaUnderRoc(answers)).toBeCloseTo(expected);
  });
});

test("risk and coverage go through the answers from the surest on", () => {
  expect(riskCoverage([wrong(0.2), right(0.9), right(0.8), wrong(0.5)])).toEqual([
    { coverage: 0.25, risk: 0 },
    { coverage: 0.5, risk: 0 },
    { coverage: 0.75, risk: 1 / 3 },
    { coverage: 1, risk: 0.5 },
  ]);
});

test("precision counts only what is answered", () => {
  expect(precisionFrom([right(0.9), wrong(0.9), wrong(0.1)], 0.5)).toBe(0.5);
  expect(precisionFrom([wrong(0.1)], 0.5)).toBe(1);
});

test("a percentile is a value that occurred", () => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect([percentile(values, 0.5), percentile(values, 0.95), percentile([7], 0.95), percentile([], 0.5)]).toEqual([
    50, 95, 7, 0,
  ]);
});
