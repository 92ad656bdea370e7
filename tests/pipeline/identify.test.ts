import { describe, expect, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { uncalibrated } from "../../src/pipeline/calibration.ts";
import { type IdentifyDeps, identify } from "../../src/pipeline/identify.ts";
import { identifyMany } from "../../src/pipeline/identify-many.ts";
import type { Embedding, Neighbour, PosterLabel, RgbImage, SecondNetwork, Verifier } from "../../src/pipeline/ports.ts";
import { busyPicture, flatPicture } from "../support/pictures.ts";

const QUERY = busyPicture(120, 170);
const NEVER = new AbortController().signal;

const label = (posterId: number, title: string): PosterLabel => ({
  posterId,
  anilistId: posterId * 10,
  title,
  franchiseId: null,
});

interface Scene {
  /** what the index finds for the first view, and for each later one */
  readonly first: readonly Neighbour[];
  readonly later?: readonly Neighbour[];
  readonly isSame?: (a: number, b: number) => boolean;
}

/** A pipeline whose network and index are played; it records what it was asked to embed. */
function pipeline({ first, later = first, isSame = () => false }: Scene) {
  const embedded: number[] = [];
  let [asked, now] = [0, 0];
  const weights = { bias: -4, score: 0, margin: 40, contrast: 0, agreement: 0, size: 0, crowd: 0 };
  const deps: IdentifyDeps = {
    decode: async () => QUERY,
    embedder: {
      modelId: "played",
      dimension: 2,
      device: "cpu",
      embed: async (images: readonly RgbImage[]) => {
        embedded.push(images.length);
        return images.map((): Embedding => Float32Array.of(1, 0));
      },
      close: async () => {},
    },
    index: {
      kind: "played",
      dimension: 2,
      size: 3,
      add: async () => {},
      remove: async () => {},
      search: async (queries) =>
        queries.map(() => {
          asked += 1;
          return asked === 1 ? first : later;
        }),
      close: async () => {},
    },
    store: {
      labels: async (ids) =>
        new Map(
          [label(1, "Monster"), label(2, "Mushishi"), label(3, "Monster Second Season")]
            .filter(({ posterId }) => ids.includes(posterId))
            .map((one) => [one.posterId, one]),
        ),
    },
    artwork: { threshold: 0.9, among: async () => isSame },
    calibration: {
      ...uncalibrated("played"),
      weights: { first: weights, all: weights },
      thresholds: { clear: 0.99, match: 0.9, ambiguous: 0.2 },
      ceiling: 0.999,
      typicalBackground: 0.3,
    },
    clock: { elapsedMs: () => (now += 5) },
  };
  return { deps, embedded };
}

const near = (posterId: number, score: number): Neighbour => ({ posterId, score });

describe("identify", () => {
  test("runs the network once when the first view decides", async () => {
    const { deps, embedded } = pipeline({ first: [near(1, 0.95), near(2, 0.4)] });
    const { verdict } = await identify(QUERY, deps, NEVER);
    expect(verdict).toMatchObject({ kind: "match", best: { anilistId: 10, title: "Monster" } });
    expect(embedded).toEqual([1]);
  });

  test("looks with more views when the first does not decide, and lets them decide", async () => {
    const { deps, embedded } = pipeline({ first: [near(1, 0.5), near(2, 0.48)], later: [near(1, 0.9), near(2, 0.5)] });
    const { verdict } = await identify(QUERY, deps, NEVER);
    expect(verdict.kind).toBe("match");
    expect(embedded).toEqual([1, 2]);
  });

  test("says unknown, with the nearest ones, when nothing stands out", async () => {
    const { deps } = pipeline({ first: [near(1, 0.5), near(2, 0.49)] });
    const { verdict } = await identify(QUERY, deps, NEVER);
    expect(verdict.kind).toBe("unknown");
    expect(verdict.candidates.map(({ anilistId }) => anilistId)).toEqual([10, 20]);
  });

  test("says unknown when the gallery is empty", async () => {
    const { deps } = pipeline({ first: [] });
    expect((await identify(QUERY, deps, NEVER)).verdict).toEqual({ kind: "unknown", candidates: [] });
  });

  test.each([
    ["one colour", flatPicture(300, 400, [255, 255, 255])],
    ["hardly a pixel", busyPicture(2, 800)],
  ])("says unknown of %s without asking the network, whatever the index holds", async (_, image) => {
    const { deps, embedded } = pipeline({ first: [near(1, 0.99)] });
    expect((await identify(image, deps, NEVER)).verdict).toEqual({ kind: "unknown", candidates: [] });
    expect(embedded).toEqual([]);
  });

  test("takes no margin from the same artwork under another id, and names it", async () => {
    const { deps } = pipeline({ first: [near(1, 0.95), near(2, 0.94)], isSame: (a, b) => a === 1 && b === 2 });
    const { verdict } = await identify(QUERY, deps, NEVER);
    expect(verdict).toMatchObject({ kind: "match", best: { anilistId: 10, sameArtwork: [20] } });
  });

  test("takes no margin from another season of the same franchise", async () => {
    const { deps } = pipeline({ first: [near(1, 0.95), near(3, 0.9), near(2, 0.4)] });
    const { verdict } = await identify(QUERY, deps, NEVER);
    expect(verdict).toMatchObject({ kind: "match", best: { anilistId: 10 } });
  });

  test("compares points when all views leave it in doubt, and lets them decide", async () => {
    const { deps } = pipeline({ first: [near(1, 0.5), near(2, 0.48)] });
    const asked: (readonly number[])[] = [];
    const verifier: Verifier = {
      compare: async (_, posterIds) => {
        asked.push(posterIds);
        return { kind: "compared", inliers: new Map([[2, 60]]) };
      },
      close: async () => {},
    };
    const { weights, thresholds } = deps.calibration;
    const calibration = {
      ...deps.calibration,
      weights: { ...weights, verified: { ...weights.all, bias: -20, inliers: 5 } },
      thresholds: { ...thresholds, doubtful: 0.01 },
    };
    const { verdict, timings } = await identify(QUERY, { ...deps, calibration, verifier }, NEVER);
    expect(asked).toEqual([[1, 2]]);
    expect(verdict).toMatchObject({ kind: "match", best: { anilistId: 20 } });
    expect(timings.map(({ stage }) => stage)).toContain("verify");
    const [many] = await identifyMany([QUERY], { ...deps, calibration, verifier, onProgress: () => {} }, NEVER);
    expect(many).toEqual(verdict);
  });

  test("asks a second network before it compares points, and lets both decide", async () => {
    const { deps } = pipeline({ first: [near(1, 0.5), near(2, 0.48)] });
    const { weights, thresholds } = deps.calibration;
    const closer = { ...weights.all, bias: -5, margin: 0, inliers: 1 };
    const calibration = {
      ...deps.calibration,
      weights: { ...weights, verified: closer, beside: { ...closer, beside: 20 } },
      thresholds: { ...thresholds, doubtful: 0.01 },
    };
    const compared: (readonly number[])[] = [];
    const verifier: Verifier = {
      compare: async (_, posterIds) => {
        compared.push(posterIds);
        return { kind: "compared", inliers: new Map([1, 2, 3].map((id) => [id, 3])) };
      },
      close: async () => {},
    };
    const beside = (...scores: readonly (readonly [number, number])[]): SecondNetwork => ({
      look: async () => ({ kind: "seen", scores: new Map(scores) }),
    });
    const ask = async (second?: SecondNetwork) =>
      await identify(QUERY, { ...deps, calibration, verifier, beside: second }, NEVER);
    expect((await ask()).verdict.kind).toBe("unknown");
    // It agrees with the first, it prefers the second place, it alone finds the third.
    expect((await ask(beside([1, 0.9], [2, 0.5]))).verdict).toMatchObject({ kind: "match", best: { anilistId: 10 } });
    const { verdict, timings } = await ask(beside([2, 0.9], [1, 0.5]));
    expect(verdict).toMatchObject({ kind: "match", best: { anilistId: 20 } });
    expect(timings.map(({ stage }) => stage).slice(-2)).toEqual(["beside", "verify"]);
    const third = beside([3, 0.9], [1, 0.5], [2, 0.5]);
    expect((await ask(third)).verdict).toMatchObject({ kind: "match", best: { anilistId: 30 } });
    expect(compared.at(-1)).toEqual([1, 2, 3]);
    const many = { ...deps, calibration, verifier, beside: third, onProgress: () => {} };
    expect((await identifyMany([QUERY], many, NEVER))[0]).toMatchObject({ kind: "match", best: { anilistId: 30 } });
    const failing: SecondNetwork = { look: async () => ({ kind: "failed", why: "it hangs" }) };
    expect((await ask(failing)).verdict).toEqual((await ask()).verdict);
  });

  test("says how long each stage took, each once, in the order they ran", async () => {
    const { deps } = pipeline({ first: [near(1, 0.5), near(2, 0.48)] });
    const { timings } = await identify(new Uint8Array(1), deps, NEVER);
    expect(timings.map(({ stage }) => stage)).toEqual(["decode", "trim", "embed", "search", "decide", "views"]);
    expect(timings.every(({ ms }) => ms >= 5)).toBe(true);
  });

  test("passes a failure of a stage on", async () => {
    const { deps } = pipeline({ first: [] });
    const failure = new OpfindError("image-truncated", "The picture ends too early.");
    const broken = { ...deps, decode: () => Promise.reject(failure) };
    await expect(identify(new Uint8Array(1), broken, NEVER)).rejects.toBe(failure);
  });
});
