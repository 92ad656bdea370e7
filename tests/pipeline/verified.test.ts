import { describe, expect, test } from "vitest";
import type { Verdict } from "../../src/domain/identification.ts";
import { uncalibrated } from "../../src/pipeline/calibration.ts";
import type { Ranking } from "../../src/pipeline/group.ts";
import type { Verification } from "../../src/pipeline/ports.ts";
import { isDoubtful, lookCloser, withInliers } from "../../src/pipeline/verified.ts";
import { flatPicture } from "../support/pictures.ts";

const NEVER = new AbortController().signal;
const PICTURE = flatPicture(4, 4, [0, 0, 0]);
const { weights } = uncalibrated("net@1");
const THRESHOLDS = { clear: 0.9, match: 0.8, ambiguous: 0.3, doubtful: 0.1 };
type CloserCalibration = Parameters<typeof lookCloser>[1]["calibration"];
const CALIBRATION: CloserCalibration = { thresholds: THRESHOLDS, weights: { ...weights, verified: weights.all } };

function ranked(...posterIds: readonly number[]): Ranking {
  const anime = posterIds.map((posterId, at) => ({
    ...{ anilistId: posterId * 10, title: `Title ${posterId}`, franchise: `#${posterId}`, posterId },
    ...{ score: 0.8 - at / 10, sameArtwork: [] },
  }));
  return { anime, leaders: [], others: [] };
}

function verdictOf(confidence: number): Verdict {
  const candidate = { anilistId: 10, title: "Title 1", confidence, score: 0.8, posterId: 1, sameArtwork: [] };
  return { kind: "ambiguous", candidates: [candidate] };
}

const DECIDED: Verdict = { kind: "unknown", candidates: [] };

/** A closer look at an answer; tells what was compared and which order was judged. */
async function look(confidence: number, verification: Verification, calibration = CALIBRATION) {
  const compared: (readonly number[])[] = [];
  const judged: Ranking[] = [];
  const verdict = verdictOf(confidence);
  const verifier = {
    compare: async (_: unknown, posterIds: readonly number[]) => {
      compared.push(posterIds);
      return verification;
    },
    close: async () => {},
  };
  const judge = (ranking: Ranking) => {
    judged.push(ranking);
    return DECIDED;
  };
  const answer = await lookCloser(
    { picture: PICTURE, ranking: ranked(1, 2, 3, 4), verdict },
    { verifier, calibration, judge },
    NEVER,
  );
  return { compared, judged, isAsBefore: answer === verdict };
}

const found = (...inliers: readonly (readonly [number, number])[]): Verification => ({
  kind: "compared",
  inliers: new Map(inliers),
});

describe("a closer look", () => {
  test("compares the three best and decides by what they have in common", async () => {
    const { compared, judged } = await look(0.5, found([1, 40], [2, 3]));
    expect(compared).toEqual([[1, 2, 3]]);
    expect(judged[0]?.anime.map(({ inliers }) => inliers)).toEqual([40, 3, undefined, undefined]);
  });

  test.each([0.95, 0.9, 0.05])("is not worth its time at a confidence of %d", async (confidence) => {
    const { compared, isAsBefore } = await look(confidence, found([1, 40]));
    expect(compared).toEqual([]);
    expect(isAsBefore).toBe(true);
  });

  test("changes nothing when the gallery has no picture of the leader", async () => {
    const { judged, isAsBefore } = await look(0.5, found([2, 6]));
    expect([judged, isAsBefore]).toEqual([[], true]);
  });

  test("changes nothing when it fails", async () => {
    const { judged, isAsBefore } = await look(0.5, { kind: "failed", why: "it hangs" });
    expect([judged, isAsBefore]).toEqual([[], true]);
  });

  test("is not taken under a calibration that knows nothing of points", async () => {
    const { compared } = await look(0.5, found([1, 40]), { thresholds: THRESHOLDS, weights });
    expect(compared).toEqual([]);
  });
});

describe("the order after comparing", () => {
  const order = (...inliers: readonly (readonly [number, number])[]) =>
    withInliers(ranked(1, 2, 3), new Map(inliers)).anime.map(({ posterId }) => posterId);

  test.each([
    [
      "is led by the one that shares many points",
      [
        [1, 6],
        [2, 60],
      ],
      [2, 1, 3],
    ],
    [
      "is led by the one that shares most",
      [
        [1, 30],
        [2, 60],
        [3, 45],
      ],
      [2, 1, 3],
    ],
    [
      "stays when a few points agree by chance",
      [
        [1, 0],
        [2, 11],
      ],
      [1, 2, 3],
    ],
    ["stays when nothing was compared", [], [1, 2, 3]],
  ] as const)("%s", (_, inliers, expected) => {
    expect(order(...inliers)).toEqual(expected);
  });
});

test("without a bound nothing is in doubt", () => {
  expect(isDoubtful(0.5, { clear: 0.9 })).toBe(false);
});
