import { describe, expect, test } from "vitest";
import { type Artwork, openArtwork } from "../../src/pipeline/artwork.ts";
import { foldSameArtwork, franchiseOf, rankAnime, titleStem } from "../../src/pipeline/group.ts";
import type { PosterLabel } from "../../src/pipeline/ports.ts";

const live = () => new AbortController().signal;
const label = (posterId: number, anilistId: number, title: string, franchiseId: number | null = null): PosterLabel => ({
  posterId,
  anilistId,
  title,
  franchiseId,
});

const LABELS = new Map(
  [
    label(1, 10, "Haikyuu!!"),
    label(2, 10, "Haikyuu!!"),
    label(3, 20, "Haikyuu!! Second Season"),
    label(4, 30, "Mushishi", 30),
    label(5, 40, "Monster"),
  ].map((one) => [one.posterId, one]),
);

describe("ranked anime", () => {
  test("score as their best poster over all views", () => {
    const { anime } = rankAnime(
      [
        new Map([
          [1, 0.4],
          [2, 0.7],
          [4, 0.6],
        ]),
        new Map([
          [1, 0.8],
          [4, 0.5],
        ]),
      ],
      LABELS,
    );
    expect(anime.map(({ anilistId, score, posterId }) => [anilistId, score, posterId])).toEqual([
      [10, 0.8, 1],
      [30, 0.6, 4],
    ]);
  });

  test("know which franchise each view alone put first", () => {
    const { leaders } = rankAnime([new Map([[1, 0.9]]), new Map([[4, 0.8]]), new Map()], LABELS);
    expect(leaders).toEqual(["haikyuu", "#30"]);
  });

  test("leave the leader's whole franchise out of the others", () => {
    const view = new Map([
      [1, 0.9],
      [3, 0.8],
      [4, 0.5],
      [5, 0.4],
    ]);
    expect(rankAnime([view], LABELS).others).toEqual([0.5, 0.4]);
  });

  test("leave posters out that are not labelled any more", () => {
    expect(rankAnime([new Map([[99, 0.9]])], LABELS).anime).toEqual([]);
  });
});

describe("the same artwork under several ids", () => {
  const view = new Map([
    [1, 0.9],
    [3, 0.89],
    [4, 0.5],
  ]);

  test("is folded into the leader and named there", async () => {
    const artwork: Artwork = { threshold: 0.9, among: async () => (a, b) => a === 1 && b === 3 };
    const folded = await foldSameArtwork(rankAnime([view], LABELS), artwork, live());
    expect(folded.anime.map(({ anilistId, sameArtwork }) => [anilistId, sameArtwork])).toEqual([
      [10, [20]],
      [30, []],
    ]);
  });

  test("is told from the posters' own embeddings, whichever of their views is closest", async () => {
    const store = {
      embeddingsOf: async () =>
        new Map([
          [1, [Float32Array.of(1, 0), Float32Array.of(0, 1)]],
          [3, [Float32Array.of(0.6, 0.8)]],
        ]),
    };
    const isSame = (threshold: number) => openArtwork(store, { modelId: "m", threshold }).among([1, 3, 4], live());
    expect((await isSame(0.75))(1, 3)).toBe(true);
    expect((await isSame(0.85))(1, 3)).toBe(false);
    expect((await isSame(0.75))(1, 4)).toBe(false); // poster 4 has no embedding: nothing is known, so nothing is claimed
  });

  test("costs no look at stored embeddings when no other poster is near enough to be it", async () => {
    const looked: (readonly number[])[] = [];
    const artwork = {
      threshold: 0.97,
      among: async (posterIds: readonly number[]) => {
        looked.push(posterIds);
        return () => false;
      },
    };
    await foldSameArtwork(rankAnime([view], LABELS), artwork, live());
    expect(looked).toEqual([[1, 3]]); // .50 lies too far from .90 for a pair of .97
    await foldSameArtwork(
      rankAnime(
        [
          new Map([
            [1, 0.95],
            [4, 0.6],
          ]),
        ],
        LABELS,
      ),
      artwork,
      live(),
    );
    await foldSameArtwork(rankAnime([], LABELS), artwork, live());
    expect(looked).toHaveLength(1);
  });
});

describe("the franchise of a poster", () => {
  test.each([
    ["Kaguya-sama wa Kokurasetai: Tensai-tachi", "Kaguya-sama wa Kokurasetai? Second"],
    ["Haikyuu!!", "Haikyuu!! TO THE TOP"],
    ["Mushoku Tensei II", "Mushoku Tensei"],
    ["Monster Second Season", "Monster"],
    ["Overlord III", "Overlord IV"],
    ["進撃の巨人 第2期", "進撃の巨人"],
    ["Shingeki no Kyojin Season 2", "Shingeki no Kyojin"],
  ])("is the same for %s and %s", (one, other) => {
    expect(titleStem(one)).toBe(titleStem(other));
  });

  test.each([
    ["Monster", "Mushishi"],
    ["91 Days", "86"],
  ])("differs for %s and %s", (one, other) => {
    expect(franchiseOf(label(1, 1, one))).not.toBe(franchiseOf(label(2, 2, other)));
  });

  test("is the known one when it is known", () => {
    expect(franchiseOf(label(1, 5, "Anything", 3))).toBe("#3");
  });

  test("is the anime alone when the title is too short to tell", () => {
    expect(franchiseOf(label(1, 5, "K"))).toBe("#5");
  });
});
