import { describe, expect, onTestFinished, test } from "vitest";
import { FlatIndex } from "../../src/index/flat-index.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { EVERYTHING, type HitWish } from "../../src/pipeline/hits.ts";
import { IndexedSearch } from "../../src/pipeline/indexed-search.ts";
import type { Embedding, NewPoster, RgbImage } from "../../src/pipeline/ports.ts";
import { busyPicture } from "../support/pictures.ts";
import { embeddingOf, posterOf, stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

const { signal } = new AbortController();
const WISH: HitWish = { limit: 10, threshold: -1, filter: EVERYTHING, isPerAnime: false };
const turn = { lane: "test" };

/** Between two vectors, nearer to the first the smaller the share. */
function between(one: Embedding, other: Embedding, share: number): Embedding {
  const mixed = one.map((value, at) => value * (1 - share) + (other[at] ?? 0) * share);
  const norm = Math.hypot(...mixed);
  return mixed.map((value) => value / norm);
}

const near = (seed: number, share: number) => between(embeddingOf(seed), embeddingOf(seed + 500), share);

interface Shown {
  readonly anilistId: number;
  readonly number: number;
  readonly franchiseId?: number;
  readonly embedding: Embedding;
}

/** A gallery of these posters, one embedding each. */
async function gallery(shown: readonly Shown[], { asked = embeddingOf(1) }: { readonly asked?: Embedding } = {}) {
  const store = openPosterStore({ dataDir: tempDir(), clock: stillClock() });
  onTestFinished(() => store.close());
  for (const { anilistId, number, franchiseId = null, embedding } of shown) {
    const anime = posterOf(anilistId).anime;
    const poster: NewPoster = posterOf(number, { anime, franchiseId, image: null });
    await store.add({ ...poster, embeddings: [{ view: "full", embedding }] });
  }
  const index = new FlatIndex(16);
  const rows = [];
  for await (const row of store.embeddings("model-a", 0)) rows.push(row);
  await index.add(rows, signal);
  let looks = 0;
  const search = new IndexedSearch({
    store,
    index,
    embedder: {
      modelId: "model-a",
      embed: async (images: readonly RgbImage[]) => {
        looks++;
        return images.map(() => asked);
      },
    },
    decode: async () => busyPicture(60, 80),
    queue: { run: (work) => work() },
    version: async () => "1",
  });
  return { search, looks: () => looks };
}

const FIVE: readonly Shown[] = [
  { anilistId: 1, number: 1, franchiseId: 1, embedding: embeddingOf(1) },
  { anilistId: 1, number: 2, franchiseId: 1, embedding: near(1, 0.2) },
  { anilistId: 2, number: 3, franchiseId: 1, embedding: near(1, 0.3) },
  { anilistId: 3, number: 4, embedding: near(1, 0.4) },
  { anilistId: 4, number: 5, embedding: embeddingOf(90) },
];

describe("a search by picture", () => {
  test("tells posters best first, with the title and the franchise of each", async () => {
    const { search } = await gallery(FIVE);
    const hits = await search.byPicture(Uint8Array.of(1), { ...WISH, turn }, signal);
    expect(hits.map(({ posterId }) => posterId)).toEqual([1, 2, 3, 4, 5]);
    expect(hits[0]).toMatchObject({ anilistId: 1, title: "Title 1", franchiseId: 1 });
    expect(hits[0]?.score).toBeCloseTo(1, 5);
  });

  test.each<[string, Partial<HitWish>, readonly number[]]>([
    ["the limit", { limit: 2 }, [1, 2]],
    ["the threshold", { threshold: 0.8 }, [1, 2, 3, 4]],
    ["one poster for each anime", { isPerAnime: true }, [1, 3, 4, 5]],
    ["certain anime only", { filter: { ...EVERYTHING, anilistIds: [3, 4] } }, [4, 5]],
    ["without certain anime", { filter: { ...EVERYTHING, notAnilistIds: [1] } }, [3, 4, 5]],
    ["certain franchises only", { filter: { ...EVERYTHING, franchiseIds: [1] } }, [1, 2, 3]],
    ["without certain franchises", { filter: { ...EVERYTHING, notFranchiseIds: [1] } }, [4, 5]],
  ])("keeps to %s", async (_, wish, expected) => {
    const { search } = await gallery(FIVE);
    const hits = await search.byPicture(Uint8Array.of(1), { ...WISH, ...wish, turn }, signal);
    expect(hits.map(({ posterId }) => posterId)).toEqual(expected);
  });

  test("asks the index for more until enough pass the filter", async () => {
    const crowd = Array.from({ length: 200 }, (_, i) => ({
      anilistId: 1,
      number: i + 1,
      embedding: near(1, 0.001 * i),
    }));
    const { search } = await gallery([...crowd, { anilistId: 9, number: 900, embedding: embeddingOf(90) }]);
    const filter = { ...EVERYTHING, notAnilistIds: [1] };
    const hits = await search.byPicture(Uint8Array.of(1), { ...WISH, limit: 1, filter, turn }, signal);
    expect(hits.map(({ anilistId }) => anilistId)).toEqual([9]);
  });

  test("shows the network the same bytes once", async () => {
    const { search, looks } = await gallery(FIVE);
    for (const limit of [1, 2, 3]) await search.byPicture(Uint8Array.of(1), { ...WISH, limit, turn }, signal);
    await search.byPicture(Uint8Array.of(2), { ...WISH, turn }, signal);
    expect(looks()).toBe(2);
  });

  test("of an empty gallery finds nothing", async () => {
    const { search } = await gallery([]);
    expect(await search.byPicture(Uint8Array.of(1), { ...WISH, turn }, signal)).toEqual([]);
  });
});

describe("a search by a stored poster", () => {
  test("leaves the poster itself out", async () => {
    const { search } = await gallery(FIVE);
    const hits = await search.byPoster(1, { ...WISH, limit: 2 }, signal);
    expect(hits?.map(({ posterId }) => posterId)).toEqual([2, 3]);
  });

  test("of one that is not there says so", async () => {
    const { search } = await gallery(FIVE);
    expect(await search.byPoster(99, WISH, signal)).toBeNull();
  });
});

describe("a search by anime", () => {
  const ask = async (isFranchiseTold: boolean) => {
    const { search } = await gallery(FIVE);
    return await search.byAnime(1, { limit: 10, threshold: 0, isFranchiseTold }, signal);
  };

  test("tells the nearest other anime, and the pair of posters that makes it so", async () => {
    const told = await ask(true);
    expect(told).toMatchObject({ anilistId: 1, title: "Title 1", franchiseId: 1 });
    expect(told?.similar.map(({ hit, ownPosterId }) => [hit.anilistId, ownPosterId, hit.posterId]).slice(0, 2)).toEqual(
      [
        [2, 2, 3],
        [3, 2, 4],
      ],
    );
  });

  test("leaves seasons of the same story out unless they are wanted", async () => {
    expect((await ask(false))?.similar.map(({ hit }) => hit.anilistId)).not.toContain(2);
  });

  test("that the gallery has nothing of says so", async () => {
    const { search } = await gallery(FIVE);
    expect(await search.byAnime(99, { limit: 10, threshold: 0, isFranchiseTold: true }, signal)).toBeNull();
    expect(await search.postersOf(99, signal)).toEqual([]);
  });
});
