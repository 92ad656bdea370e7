import { describe, expect, test } from "vitest";
import type { Verdict } from "../../src/domain/identification.ts";
import { askBeside, withBeside } from "../../src/pipeline/beside.ts";
import { type Calibration, uncalibrated } from "../../src/pipeline/calibration.ts";
import type { RankedAnime, Ranking } from "../../src/pipeline/group.ts";
import type { PosterLabel, SecondLook } from "../../src/pipeline/ports.ts";
import { flatPicture } from "../support/pictures.ts";

const NEVER = new AbortController().signal;

/** Anime 10 × n by poster n, a franchise of its own. */
function anime(posterId: number, score: number, more: Partial<RankedAnime> = {}): RankedAnime {
  const anilistId = posterId * 10;
  return {
    ...{ anilistId, title: `Title ${posterId}`, franchise: `#${anilistId}`, posterId, score, sameArtwork: [] },
    ...more,
  };
}

const ranking = (...ranked: readonly RankedAnime[]): Ranking => ({ anime: ranked, leaders: [], others: [] });
const FIRST = ranking(anime(1, 0.8), anime(2, 0.79), anime(3, 0.6), anime(4, 0.5));
const leads = ({ anime: ranked }: Ranking) => ranked.map(({ posterId, beside }) => [posterId, beside]);

describe("a second network's word", () => {
  test("is above zero for the anime that it puts first, and below for the others", () => {
    const told = leads(withBeside(FIRST, [anime(2, 0.9), anime(1, 0.7), anime(3, 0.4)]));
    expect(told).toEqual([
      [1, expect.closeTo(-0.2)],
      [2, expect.closeTo(0.2)],
      [3, expect.closeTo(-0.5)],
      [4, undefined],
    ]);
  });

  test("takes no lead from another season, nor from the same artwork under another id", () => {
    const season = anime(2, 0.89, { franchise: "#10" });
    const first = ranking(anime(1, 0.8, { sameArtwork: [50] }), season);
    expect(withBeside(first, [anime(5, 0.9), season, anime(3, 0.5)]).anime[0]?.beside).toBeCloseTo(0.4);
  });

  test("is silent about what it has not seen", () => {
    expect(leads(withBeside(FIRST, [anime(2, 0.9)])).slice(0, 2)).toEqual([
      [1, undefined],
      [2, 0],
    ]);
    expect(withBeside(FIRST, [])).toEqual(FIRST);
  });

  test("brings in the anime that it alone finds, at most as near to the first network as the last that one found", () => {
    const { anime: ranked } = withBeside(FIRST, [anime(9, 0.9), anime(1, 0.6), anime(2, 0.5)]);
    expect(ranked.map(({ posterId }) => posterId)).toEqual([1, 2, 9, 3, 4]);
    expect(ranked[2]).toMatchObject({ anilistId: 90, score: 0.5, beside: expect.closeTo(0.3) });
  });

  test("brings forward the anime that the first network thought less of, by the poster that it found", () => {
    const { anime: ranked } = withBeside(FIRST, [anime(4, 0.9, { posterId: 44 }), anime(1, 0.6)]);
    expect(ranked.map(({ posterId, score }) => [posterId, score])).toEqual([
      [1, 0.8],
      [2, 0.79],
      [44, 0.5],
      [3, 0.6],
    ]);
  });
});

const { weights } = uncalibrated("net@1");
const THRESHOLDS = { clear: 0.9, match: 0.8, ambiguous: 0.3, doubtful: 0.1 };
const KNOWS = { thresholds: THRESHOLDS, weights: { ...weights, beside: { ...weights.all, beside: 10 } } };

/** Asks about an answer of this confidence; tells which posters were asked about. */
async function ask(confidence: number, look: SecondLook, calibration: Pick<Calibration, "thresholds" | "weights">) {
  const asked: (readonly number[])[] = [];
  const candidate = { anilistId: 10, title: "Title 1", confidence, score: 0.8, posterId: 1, sameArtwork: [] };
  const verdict: Verdict = { kind: "ambiguous", candidates: [candidate] };
  const label = (posterId: number): [number, PosterLabel] => [
    posterId,
    { posterId, anilistId: posterId * 10, title: `Title ${posterId}`, franchiseId: posterId * 10 },
  ];
  const beside = {
    look: async (_: unknown, posterIds: readonly number[]) => {
      asked.push(posterIds);
      return look;
    },
  };
  const store = { labels: async (ids: readonly number[]) => new Map(ids.map(label)) };
  const doubt = { picture: flatPicture(4, 4, [0, 0, 0]), ranking: FIRST, verdict };
  return { asked, ranking: await askBeside(doubt, { beside, store, calibration }, NEVER) };
}

const seen = (...scores: readonly (readonly [number, number])[]): SecondLook => ({
  kind: "seen",
  scores: new Map(scores),
});

describe("asking it", () => {
  test("is about the three that an answer names", async () => {
    const { asked, ranking: told } = await ask(0.5, seen([2, 0.9], [1, 0.7]), KNOWS);
    expect(asked).toEqual([[1, 2, 3]]);
    expect(leads(told).slice(0, 2)).toEqual([
      [1, expect.closeTo(-0.2)],
      [2, expect.closeTo(0.2)],
    ]);
  });

  test.each([0.95, 0.9, 0.05])("is not worth its time at a confidence of %d", async (confidence) => {
    expect(await ask(confidence, seen([2, 0.9]), KNOWS)).toEqual({ asked: [], ranking: FIRST });
  });

  test("is left out under a calibration that does not know what its word is worth", async () => {
    expect(await ask(0.5, seen([2, 0.9]), { thresholds: THRESHOLDS, weights })).toEqual({ asked: [], ranking: FIRST });
  });

  test("changes nothing when it fails", async () => {
    const { ranking: told } = await ask(0.5, { kind: "failed", why: "it hangs" }, KNOWS);
    expect(told).toBe(FIRST);
  });
});
