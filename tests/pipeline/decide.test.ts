import { describe, expect, test } from "vitest";
import { isFor, knowsBeside, parseCalibration, probability, uncalibrated } from "../../src/pipeline/calibration.ts";
import { decide } from "../../src/pipeline/decide.ts";
import { background, describe as describeLeader, type Features } from "../../src/pipeline/features.ts";
import type { RankedAnime, Ranking } from "../../src/pipeline/group.ts";

const SIZE = { width: 100, height: 140 };
const WEIGHTS = { bias: -4, score: 0, margin: 40, contrast: 0, agreement: 0, size: 0, crowd: 0 };
const CALIBRATION = {
  thresholds: { clear: 0.99, match: 0.9, ambiguous: 0.2 },
  ceiling: 0.999,
  typicalBackground: 0.3,
};

function ranked(anilistId: number, score: number, franchise = `#${anilistId}`): RankedAnime {
  return { anilistId, title: `Title ${anilistId}`, franchise, posterId: anilistId, score, sameArtwork: [] };
}

function ranking(...anime: readonly RankedAnime[]): Ranking {
  return {
    anime,
    leaders: anime.slice(0, 1).map(({ franchise }) => franchise),
    others: anime.slice(1).map((a) => a.score),
  };
}

const answer = (...anime: readonly RankedAnime[]) =>
  decide(ranking(...anime), { calibration: CALIBRATION, weights: WEIGHTS, size: SIZE, embeddings: 10_000 });

describe("the verdict", () => {
  test.each([
    ["match", "a leader far ahead of every other franchise", [ranked(1, 0.9), ranked(2, 0.5), ranked(3, 0.4)]],
    ["ambiguous", "a leader a little ahead", [ranked(1, 0.6), ranked(2, 0.52), ranked(3, 0.4)]],
    ["unknown", "a leader among equals", [ranked(1, 0.5), ranked(2, 0.49), ranked(3, 0.48)]],
    [
      "match",
      "a leader close to its own sequel, far from others",
      [ranked(1, 0.9, "f"), ranked(2, 0.88, "f"), ranked(3, 0.4)],
    ],
    ["unknown", "an empty gallery", []],
    ["match", "a single anime far above the usual background", [ranked(1, 0.9)]],
    ["unknown", "a single anime near the usual background", [ranked(1, 0.31)]],
  ] as const)("is %s for %s", (kind, _, anime) => {
    expect(answer(...anime).kind).toBe(kind);
  });

  test("names three candidates at most, best first, whose confidences add up to no more than 1", () => {
    const { candidates } = answer(ranked(1, 0.9, "f"), ranked(2, 0.89, "f"), ranked(3, 0.5), ranked(4, 0.4));
    expect(candidates.map(({ anilistId }) => anilistId)).toEqual([1, 2, 3]);
    const confidences = candidates.map(({ confidence }) => confidence);
    expect([...confidences].sort((a, b) => b - a)).toEqual(confidences);
    expect(confidences.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(1);
  });

  test("is a match where very many points agree, however little the network sees", () => {
    const seen = (inliers: number) => answer({ ...ranked(1, 0.5), inliers }, ranked(2, 0.49)).kind;
    expect([seen(24), seen(25)]).toEqual(["unknown", "match"]);
  });

  test("is led by the anime that a second network speaks for, where the weights know one", () => {
    const anime = [
      { ...ranked(1, 0.6), beside: -0.3 },
      { ...ranked(2, 0.59), beside: 0.3 },
    ];
    const under = (weights: typeof WEIGHTS & { readonly beside?: number }) =>
      decide(ranking(...anime), { calibration: CALIBRATION, weights, size: SIZE, embeddings: 10_000 });
    expect(under({ ...WEIGHTS, beside: 30 })).toMatchObject({ kind: "match", best: { anilistId: 2 } });
    expect(under(WEIGHTS).candidates[0]?.anilistId).toBe(1);
  });

  test("never claims more than the calibration run could know", () => {
    const { candidates } = answer(ranked(1, 0.99), ranked(2, 0.1));
    expect(candidates[0]?.confidence).toBe(CALIBRATION.ceiling);
  });

  test("of a network that was never measured is never a match", () => {
    const calibration = uncalibrated("clip@1");
    const basis = { calibration, weights: calibration.weights.all, size: SIZE, embeddings: 10_000 };
    expect(decide(ranking(ranked(1, 0.99), ranked(2, 0.1)), basis).kind).toBe("ambiguous");
    expect(decide(ranking(ranked(1, 0.5), ranked(2, 0.49)), basis).kind).toBe("unknown");
  });
});

describe("the features of the leader", () => {
  test("take the margin against the best other franchise", () => {
    const features = describeLeader(ranking(ranked(1, 0.9, "f"), ranked(2, 0.85, "f"), ranked(3, 0.5)), 0, {
      size: SIZE,
      embeddings: 10_000,
      typicalBackground: 0.3,
    });
    expect(features.margin).toBeCloseTo(0.4);
    expect(features.agreement).toBe(1);
  });

  test("of an anime behind the leader have a margin below zero", () => {
    const features = describeLeader(ranking(ranked(1, 0.9), ranked(2, 0.6)), 1, {
      size: SIZE,
      embeddings: 10_000,
      typicalBackground: 0.3,
    });
    expect(features.margin).toBeCloseTo(-0.3);
  });

  test.each([
    [{ width: 100, height: 140 }, 0],
    [{ width: 50, height: 300 }, -1],
    [{ width: 4000, height: 6000 }, 1.5],
    [{ width: 1, height: 1 }, -1.5],
  ])("know the size %j as %d doublings of 100 px", (size, expected) => {
    const features = describeLeader(ranking(ranked(1, 0.9)), 0, { size, embeddings: 10_000, typicalBackground: 0.3 });
    expect(features.size).toBeCloseTo(expected);
  });

  test.each([
    [10_000, 0],
    [1_250, -3],
    [1, -10],
    [0, -10],
    [10_000_000, 3],
  ])("know a gallery of %i embeddings as %d doublings of ten thousand", (embeddings, expected) => {
    const features = describeLeader(ranking(ranked(1, 0.9)), 0, { size: SIZE, embeddings, typicalBackground: 0.3 });
    expect(features.crowd).toBeCloseTo(expected);
  });

  test("fill in the background that a small gallery cannot give", () => {
    expect(background([], 0.3)).toBeCloseTo(0.3);
    expect(
      background(
        Array.from({ length: 40 }, () => 0.5),
        0.3,
      ),
    ).toBeCloseTo(0.5);
    const partly = background([0.9, 0.9, 0.9, 0.5], 0.3);
    expect(partly).toBeGreaterThan(0.3);
    expect(partly).toBeLessThan(0.35);
  });
});

describe("a calibration", () => {
  const features: Features = {
    score: 0.5,
    margin: 0.1,
    contrast: 0.2,
    agreement: 1,
    size: 0,
    crowd: 0,
    inliers: 0,
    beside: 0,
  };

  test("turns features into a probability", () => {
    expect(probability(features, WEIGHTS)).toBeCloseTo(0.5);
    expect(probability({ ...features, margin: 0.2 }, WEIGHTS)).toBeCloseTo(1 / (1 + Math.exp(-4)));
  });

  test("is read as it was written", () => {
    const written = uncalibrated("m@1");
    expect(parseCalibration(JSON.parse(JSON.stringify(written)))).toEqual(written);
    expect(isFor(written, "m@1")).toBe(true);
    expect(isFor(written, "m@2")).toBe(false);
  });

  test("of the first format, which knew nothing of points, is read as well", () => {
    const written = { ...uncalibrated("m@1"), format: 1 };
    expect(parseCalibration(JSON.parse(JSON.stringify(written)))).toEqual(written);
  });

  test("of the third format knows one second network and no other", () => {
    const { weights } = uncalibrated("m@1");
    const beside = { ...weights.all, beside: 4 };
    const written = { ...uncalibrated("m@1"), format: 3, besideId: "s@1", weights: { ...weights, beside } };
    const read = parseCalibration(JSON.parse(JSON.stringify(written)));
    expect(read).toEqual(written);
    expect([knowsBeside(read, "s@1"), knowsBeside(read, "s@2")]).toEqual([true, false]);
    expect(knowsBeside(uncalibrated("m@1"), "s@1")).toBe(false);
  });

  test.each([[{}], [null], [{ ...uncalibrated("m@1"), format: 4 }], [{ ...uncalibrated("m@1"), ceiling: 3 }]])(
    "of another form is refused: %#",
    (json) => {
      expect(() => parseCalibration(json)).toThrow(expect.objectContaining({ code: "manifest-invalid" }));
    },
  );
});
