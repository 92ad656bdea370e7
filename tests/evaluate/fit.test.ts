import { describe, expect, test } from "vitest";
import { fitCalibration } from "../../src/evaluate/fit.ts";
import type { Probe, ProbeKind, StageTrace } from "../../src/evaluate/probe.ts";
import { randomOf } from "../../src/evaluate/random.ts";
import { figuresOf, judge } from "../../src/evaluate/report.ts";
import { parseCalibration } from "../../src/pipeline/calibration.ts";
import type { Ranking } from "../../src/pipeline/group.ts";

const RUN = { command: "test", date: "2026-01-01T00:00:00.000Z", seed: 1, gallery: "g", queries: "q" };
const SIZE = { width: 200, height: 280 };

/** A query whose leader stands `margin` above the rest of a gallery of forty. */
function probeOf(kind: ProbeKind, margin: number, { at, place }: { at: number; place: number }): Probe {
  const anime = [0.5 + margin, 0.5, 0.48, 0.47].map((score, rank) => ({
    anilistId: rank + 1,
    title: `Title ${rank + 1}`,
    franchise: `#${rank + 1}`,
    posterId: rank + 1,
    score,
    sameArtwork: [],
  }));
  const ranking: Ranking = { anime, leaders: ["#1"], others: Array.from({ length: 24 }, () => 0.45) };
  const trace: StageTrace = { ranking, place };
  const file = { set: "anilist", path: `anilist/${at}.jpg`, title: `Title ${at}`, anilistId: place === 0 ? 1 : 99 };
  return {
    kind,
    file,
    edit: "clean",
    gallerySet: "anilist",
    embeddings: 10_000,
    isWhole: true,
    group: `group ${at % 37}`,
    size: SIZE,
    first: trace,
    all: trace,
    asked: null,
  };
}

/** Known queries stand well above strangers, with some overlap in the middle. */
function probes(count: number): readonly Probe[] {
  const random = randomOf("probes");
  return Array.from({ length: count }, (_, at) => {
    if (at % 2 === 0) return probeOf("known", 0.1 + random() * 0.3, { at, place: 0 });
    return probeOf(at % 4 === 1 ? "held-out" : "negative", random() * 0.12, { at, place: -1 });
  });
}

describe("a fit", () => {
  const all = probes(800);
  const { calibration, answers } = fitCalibration(all, { modelId: "net@1", besideId: null, run: RUN });

  test("is a calibration that names its run and its network", () => {
    expect(parseCalibration(JSON.parse(JSON.stringify(calibration)))).toEqual(calibration);
    expect(calibration).toMatchObject({ modelId: "net@1", run: { ...RUN, positives: 400, negatives: 400 } });
  });

  test("keeps false matches and false accepts below their targets", () => {
    const strangers = answers.filter((_, at) => all[at]?.kind !== "known").map(({ probability }) => probability);
    const { match, ambiguous } = calibration.thresholds;
    expect(ambiguous).toBeLessThanOrEqual(match);
    expect(strangers.filter((p) => p >= match).length / strangers.length).toBeLessThanOrEqual(0.003);
    expect(strangers.filter((p) => p >= ambiguous).length / strangers.length).toBeLessThanOrEqual(0.01);
  });

  test("answers each query by weights that its franchise had no part in, still rightly", () => {
    expect(answers).toHaveLength(800);
    const known = answers.filter((_, at) => all[at]?.kind === "known");
    expect(known.filter(({ probability }) => probability > 0.5).length / known.length).toBeGreaterThan(0.9);
  });

  test("never claims more than so many queries can show", () => {
    expect(calibration.ceiling).toBeCloseTo(1 - 1 / 802);
  });

  test("gives figures that add up", () => {
    const judged = all.map((probe) => judge(probe, calibration));
    const { overall, foreign, matchPrecision, calibrationError } = figuresOf(judged, calibration);
    expect(overall).toMatchObject({ queries: 400, top1: 1, wronglyMatched: 0 });
    expect(overall.matched + overall.ambiguous + overall.unknown).toBeCloseTo(1);
    expect(foreign.map(({ name, queries }) => [name, queries])).toEqual([
      ["franchise taken out", 200],
      ["no poster", 200],
    ]);
    expect(matchPrecision).toBeGreaterThan(0.99);
    expect(calibrationError).toBeLessThan(0.06);
  });
});

/** Probes in doubt that were compared, with what a second network says about their leader. */
function asked(say: (isKnown: boolean, random: () => number) => number): readonly Probe[] {
  const random = randomOf("second");
  return probes(1_600).map((probe) => {
    const { ranking, place } = probe.all;
    const [leader, ...rest] = ranking.anime;
    const inliers = Math.floor(random() * 9) + (place === 0 ? 2 : 0);
    if (!leader) return probe;
    const told = { ...leader, inliers, beside: say(place === 0, random) };
    const verified = { place, ranking: { ...ranking, anime: [{ ...leader, inliers }, ...rest] } };
    return { ...probe, verified, beside: { place, ranking: { ...ranking, anime: [told, ...rest] } } };
  });
}

describe("a fit with a second network", () => {
  const fitted = (all: readonly Probe[]) => fitCalibration(all, { modelId: "net@1", besideId: "second@1", run: RUN });
  /** Right answers that are matches, and wrong ones. */
  const matches = (all: readonly Probe[], { answers, calibration }: ReturnType<typeof fitted>) => {
    const matched = answers.filter(({ probability }) => probability >= calibration.thresholds.match);
    return [
      matched.filter(({ isRight }) => isRight).length,
      matched.filter(({ isRight }) => !isRight).length,
      all.length,
    ];
  };
  const alone = (all: readonly Probe[]) => all.map(({ beside: _, ...probe }) => probe);

  test("is of the third format, names it, and gives its word a weight", () => {
    const all = asked((isKnown, random) => (isKnown ? 0.2 : -0.05) + random() * 0.1);
    const fit = fitted(all);
    expect(parseCalibration(JSON.parse(JSON.stringify(fit.calibration)))).toEqual(fit.calibration);
    expect(fit.calibration).toMatchObject({ format: 3, besideId: "second@1" });
    expect(fit.calibration.weights.beside?.beside).toBeGreaterThan(5);
    const [right = 0] = matches(all, fit);
    expect(right).toBeGreaterThan(matches(alone(all), fitted(alone(all)))[0] ?? 0);
  });

  test("learns that one which guesses is worth next to nothing, and does no worse for it", () => {
    const all = asked((_, random) => random() * 0.4 - 0.2);
    const [fit, without] = [fitted(all), fitted(alone(all))];
    // Its whole range moves the odds less than one doubling of the points does.
    const { beside = 0, inliers = 0 } = fit.calibration.weights.beside ?? {};
    expect(Math.abs(beside * 0.4)).toBeLessThan(inliers);
    const [[right = 0, wrong = 0], [rightAlone = 0, wrongAlone = 0]] = [
      matches(all, fit),
      matches(alone(all), without),
    ];
    expect(right).toBeGreaterThanOrEqual(rightAlone * 0.99);
    expect(wrong).toBeLessThanOrEqual(wrongAlone + 1);
  });

  test("says nothing of it when no answer was in doubt", () => {
    const { calibration } = fitted(probes(400));
    expect(calibration).toMatchObject({ format: 2 });
    expect(calibration).not.toHaveProperty("besideId");
  });
});

test("where right and wrong cannot be told apart, nothing is a match", () => {
  const random = randomOf("noise");
  const noise = Array.from({ length: 400 }, (_, at) =>
    at % 2 === 0
      ? probeOf("known", random() * 0.1, { at, place: random() < 0.5 ? 0 : -1 })
      : probeOf("negative", random() * 0.1, { at, place: -1 }),
  );
  const { calibration } = fitCalibration(noise, { modelId: "net@1", besideId: null, run: RUN });
  const matched = noise.filter((probe) => judge(probe, calibration).verdict.kind === "match");
  expect(matched.length / noise.length).toBeLessThan(0.02);
});
