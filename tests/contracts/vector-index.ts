import { describe, expect, test } from "vitest";
import type { IndexedPoster, VectorIndex } from "../../src/pipeline/ports.ts";
import { embeddingOf, rowsOf } from "../support/posters.ts";

const DIMENSION = 16;

/**
 * What every `VectorIndex` promises; FAISS and the exact index run it. `open` gives an empty index of 16 numbers.
 * @param leastOfTen how many of the ten rows left among 400 must be found: a graph need not reach every row
 */
export function vectorIndexContract(name: string, open: () => Promise<VectorIndex>, leastOfTen = 10): void {
  const live = () => new AbortController().signal;
  const filled = async (rows: readonly IndexedPoster[]) => {
    const index = await open();
    await index.add(rows, live());
    return index;
  };

  describe(name, () => {
    test("an empty index finds nothing", async () => {
      const index = await open();
      expect(index.size).toBe(0);
      expect(await index.search([embeddingOf(1), embeddingOf(2)], 5, live())).toEqual([[], []]);
    });

    test("returns neighbours best first, scored by cosine, one list per query", async () => {
      const rows = rowsOf(200);
      const index = await filled(rows);
      const queries = [embeddingOf(17), embeddingOf(5000)];
      const found = await index.search(queries, 10, live());
      expect(found).toHaveLength(2);
      for (const [i, query] of queries.entries()) {
        const exact = rows
          .map(({ posterId, embedding }) => ({ posterId, score: dot(query, embedding) }))
          .sort((a, b) => b.score - a.score)
          .slice(0, 10);
        expect(found[i]?.map(({ posterId }) => posterId)).toEqual(exact.map(({ posterId }) => posterId));
        for (const [rank, { score }] of exact.entries()) expect(found[i]?.[rank]?.score).toBeCloseTo(score, 5);
      }
      expect(found[0]?.[0]).toMatchObject({ posterId: 9, score: expect.closeTo(1, 5) });
    });

    test("gives all there is when fewer than k are stored", async () => {
      const index = await filled(rowsOf(3));
      expect((await index.search([embeddingOf(1)], 50, live()))[0]).toHaveLength(3);
      expect((await index.search([embeddingOf(1)], 0, live()))[0]).toEqual([]);
    });

    test("ignores a row that it knows already, also within one call", async () => {
      const index = await filled(rowsOf(4));
      await index.add([...rowsOf(5), ...rowsOf(5)], live());
      expect(index.size).toBe(5);
      expect((await index.search([embeddingOf(5)], 10, live()))[0]).toHaveLength(5);
    });

    test("hides every embedding of a removed poster and keeps its promise of k", async () => {
      const index = await filled(rowsOf(400));
      await index.remove([1, 2, 3, 12345], live());
      expect(index.size).toBe(394);
      const [found] = await index.search([embeddingOf(1)], 20, live());
      expect(found).toHaveLength(20);
      expect(found?.filter(({ posterId }) => posterId <= 3)).toEqual([]);
    });

    test("finds k neighbours even when nearly everything was removed", async () => {
      const index = await filled(rowsOf(400));
      const most = Array.from({ length: 195 }, (_, i) => i + 1);
      await index.remove(most, live());
      expect(index.size).toBe(10);
      const [found] = await index.search([embeddingOf(1)], 20, live());
      expect(found?.length).toBeGreaterThanOrEqual(leastOfTen);
      expect(found?.every(({ posterId }) => posterId > 195)).toBe(true);
    });

    test("adds a removed row anew", async () => {
      const index = await filled(rowsOf(4));
      await index.remove([1], live());
      await index.add(rowsOf(4), live());
      expect(index.size).toBe(4);
      expect((await index.search([embeddingOf(1)], 1, live()))[0]).toMatchObject([{ posterId: 1 }]);
    });

    test("keeps rows in step when several callers add at once", async () => {
      const index = await open();
      const rows = rowsOf(600);
      await Promise.all([0, 1, 2, 3].map((part) => index.add(rows.slice(part * 150, part * 150 + 150), live())));
      expect(index.size).toBe(600);
      for (const seed of [1, 151, 301, 599]) {
        expect((await index.search([embeddingOf(seed)], 1, live()))[0]).toMatchObject([
          { posterId: Math.floor((seed - 1) / 2) + 1 },
        ]);
      }
    });

    test("refuses embeddings and queries of another dimension, and stays as it was", async () => {
      const index = await filled(rowsOf(2));
      const foreign = { embeddingId: 9, posterId: 9, view: "full", embedding: embeddingOf(1, DIMENSION * 2) };
      await expect(index.add([foreign], live())).rejects.toMatchObject({ code: "index-dimension" });
      await expect(index.search([foreign.embedding], 1, live())).rejects.toMatchObject({ code: "index-dimension" });
      expect(index.size).toBe(2);
    });

    test("stops when asked to", async () => {
      const index = await filled(rowsOf(2));
      await expect(index.search([embeddingOf(1)], 1, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
      await expect(index.add(rowsOf(9), AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
      expect(index.size).toBe(2);
    });
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
