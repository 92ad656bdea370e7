import { expect, test } from "vitest";
import { SearchBatches } from "../../src/index/search-batches.ts";
import type { Embedding } from "../../src/pipeline/ports.ts";

/** Answers each query with its own first number, as often as it is deep, when it is let go. */
function held() {
  const asked: { readonly seeds: readonly number[]; readonly depth: number; answer(): void; fail(): void }[] = [];
  const batches = new SearchBatches((queries: readonly Embedding[], depth) => {
    const seeds = queries.map(([seed = 0]) => seed);
    const labels = Int32Array.from(seeds.flatMap((seed) => Array.from({ length: depth }, () => seed)));
    return new Promise((resolve, reject) => {
      const answer = () => resolve({ labels, scores: Float32Array.from(labels) });
      asked.push({ seeds, depth, answer, fail: () => reject(new Error("gone")) });
    });
  });
  const search = async (seeds: readonly number[], depth: number) => {
    const part = await batches.search(
      seeds.map((seed) => Float32Array.of(seed)),
      depth,
    );
    return seeds.map((_, i) => part.labels[part.from + i * part.depth]);
  };
  return { asked, search };
}

test("searches that come meanwhile go together, as deep as the deepest, and each gets its own", async () => {
  const { asked, search } = held();
  const first = search([1], 2);
  const others = [search([2, 3], 5), search([4], 3)];
  asked[0]?.answer();
  expect(await first).toEqual([1]);
  await expect.poll(() => asked.length).toBe(2);
  expect(asked[1]).toMatchObject({ seeds: [2, 3, 4], depth: 5 });
  asked[1]?.answer();
  expect(await Promise.all(others)).toEqual([[2, 3], [4]]);
});

test("a batch is bounded, except for one search that is larger", async () => {
  const { asked, search } = held();
  const all = [[1], Array.from({ length: 100 }, () => 2), ...Array.from({ length: 70 }, () => [3])].map((seeds) =>
    search(seeds, 1),
  );
  for (let batch = 0; batch < 4; batch++) {
    await expect.poll(() => asked.length).toBe(batch + 1);
    asked[batch]?.answer();
  }
  await Promise.all(all);
  expect(asked.map(({ seeds }) => seeds.length)).toEqual([1, 100, 64, 6]);
});

test("a failure is told to those of its batch only", async () => {
  const { asked, search } = held();
  const failing = search([1], 1);
  const next = search([2], 1);
  asked[0]?.fail();
  await expect(failing).rejects.toThrow("gone");
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.answer();
  expect(await next).toEqual([2]);
});
