import { describe, expect, test } from "vitest";
import type { GalleryStore } from "../../src/index/gallery-store.ts";
import { all, embeddingOf, posterOf } from "../support/posters.ts";

const live = () => new AbortController().signal;

/** What every `GalleryStore` promises. `open` gives an empty store; the suite closes nothing. */
export function posterStoreContract(name: string, open: () => GalleryStore | Promise<GalleryStore>): void {
  describe(name, () => {
    test("gives back what was added: the row, the label, the embeddings and the very bytes", async () => {
      const store = await open();
      const poster = posterOf(7, { franchiseId: 3, addedBy: "someone" });
      const { kind, posterId } = await store.add(poster);
      expect(kind).toBe("added");
      expect(await all(store.list())).toEqual([
        {
          posterId,
          anilistId: 7,
          title: "Title 7",
          sha256: poster.sha256,
          file: `${poster.sha256.slice(0, 2)}/${poster.sha256}.jpg`,
          source: "import",
          addedAt: "2026-01-02T03:04:05.000Z",
          addedBy: "someone",
        },
      ]);
      expect(await store.labels([posterId, 999], live())).toEqual(
        new Map([[posterId, { posterId, anilistId: 7, title: "Title 7", franchiseId: 3 }]]),
      );
      expect(await store.image(posterId)).toEqual(Buffer.from(poster.image?.bytes ?? []));
      const stored = (await all(store.embeddings("model-a", 0))).map(
        ({ view, embedding }) => [view, embedding] as const,
      );
      expect(new Map(stored)).toEqual(new Map(poster.embeddings.map(({ view, embedding }) => [view, embedding])));
      const own = await store.embeddingsOf([posterId, 999], "model-a", live());
      expect([...own.keys()]).toEqual([posterId]);
      expect(new Set(own.get(posterId))).toEqual(new Set(poster.embeddings.map(({ embedding }) => embedding)));
    });

    test("finds the same bytes for the same anime again instead of adding them", async () => {
      const store = await open();
      const first = await store.add(posterOf(7));
      expect(await store.add(posterOf(7))).toEqual({ kind: "duplicate", posterId: first.posterId });
      expect(await all(store.list())).toHaveLength(1);
      expect(await all(store.embeddings("model-a", 0))).toHaveLength(2);
    });

    test("lets two anime use the same cover, and keeps the image until both are gone", async () => {
      const store = await open();
      const one = await store.add(posterOf(7));
      const two = await store.add(posterOf(7, { anime: { ...posterOf(8).anime } }));
      expect(two.kind).toBe("added");
      expect(await store.remove(one.posterId)).toBe(true);
      expect(await store.image(two.posterId)).not.toBeNull();
    });

    test("tells the posters of one anime", async () => {
      const store = await open();
      const { anime } = posterOf(7);
      const added = [];
      for (const poster of [posterOf(7), posterOf(8), posterOf(9, { anime })]) added.push(await store.add(poster));
      const { signal } = new AbortController();
      const told = await store.postersOf(7, signal);
      const [first, , third] = added.map(({ posterId }) => posterId);
      expect(new Map(told.map(({ posterId, sha256 }) => [posterId, sha256]))).toEqual(
        new Map([
          [first, posterOf(7).sha256],
          [third, posterOf(9).sha256],
        ]),
      );
      expect(await store.postersOf(404, signal)).toEqual([]);
      expect(await store.animeOf(7, signal)).toEqual(anime);
      expect(await store.animeOf(404, signal)).toBeNull();
    });

    test("knows an image only with the anime and the model it was added for", async () => {
      const store = await open();
      const { sha256 } = posterOf(7);
      expect(await store.has(sha256, 7, "model-a")).toBe(false);
      await store.add(posterOf(7));
      expect(await store.has(sha256, 7, "model-a")).toBe(true);
      expect(await store.has(sha256, 8, "model-a")).toBe(false);
      expect(await store.has(sha256, 7, "model-b")).toBe(false);
    });

    test("streams embeddings of one model in ascending order, after any of them, also across pages", async () => {
      const store = await open();
      for (let number = 1; number <= 300; number++) await store.add(posterOf(number, { image: null }));
      const ids = (await all(store.embeddings("model-a", 0))).map(({ embeddingId }) => embeddingId);
      expect(ids).toHaveLength(600);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect((await all(store.embeddings("model-a", ids[597] ?? 0))).map(({ embeddingId }) => embeddingId)).toEqual(
        ids.slice(598),
      );
      expect(await all(store.embeddings("model-b", 0))).toEqual([]);
    });

    test("lists posters that a new model has not seen, and accepts embeddings while doing so", async () => {
      const store = await open();
      for (const number of [1, 2, 3]) await store.add(posterOf(number));
      await store.add(posterOf(4, { image: null }));
      const seen: string[] = [];
      for await (const { posterId, title } of store.withoutEmbeddings("model-b")) {
        await store.addEmbeddings(posterId, "model-b", [{ view: "full", embedding: embeddingOf(posterId) }]);
        seen.push(title);
      }
      expect(seen.sort()).toEqual(["Title 1", "Title 2", "Title 3"]);
      expect(await all(store.withoutEmbeddings("model-b"))).toEqual([]);
      expect(await all(store.embeddings("model-b", 0))).toHaveLength(3);
      expect(await all(store.embeddings("model-a", 0))).toHaveLength(8);
    });

    test("completes a poster known only by its embeddings when its image arrives", async () => {
      const store = await open();
      const known = await store.add(posterOf(7, { image: null, source: "starter" }));
      expect(await store.has(posterOf(7).sha256, 7, "model-a")).toBe(false);
      expect(await store.image(known.posterId)).toBeNull();
      expect(await store.add(posterOf(7))).toEqual({ kind: "added", posterId: known.posterId });
      expect(await all(store.list())).toMatchObject([{ posterId: known.posterId, source: "import" }]);
      expect(await store.image(known.posterId)).not.toBeNull();
      expect(await all(store.embeddings("model-a", 0))).toHaveLength(2);
    });

    test("learns later where a picture came from", async () => {
      const store = await open();
      await store.add(posterOf(7));
      await store.add(posterOf(8));
      await store.setSource(posterOf(7).sha256, 7, "anilist");
      await store.setSource(posterOf(8).sha256, 7, "nowhere");
      const sources = (await all(store.list())).map(({ anilistId, source }) => [anilistId, source]);
      expect(Object.fromEntries(sources)).toEqual({ 7: "anilist", 8: "import" });
    });

    test("forgets a removed poster with all that belongs to it, and never gives its id to another", async () => {
      const store = await open();
      const { posterId } = await store.add(posterOf(7));
      expect(await store.remove(posterId)).toBe(true);
      expect(await store.remove(posterId)).toBe(false);
      expect(await all(store.list())).toEqual([]);
      expect(await all(store.embeddings("model-a", 0))).toEqual([]);
      expect((await store.labels([posterId], live())).size).toBe(0);
      expect((await store.add(posterOf(8))).posterId).not.toBe(posterId);
      expect((await store.add(posterOf(7))).kind).toBe("added");
    });

    test("ignores embeddings for a poster that was removed meanwhile", async () => {
      const store = await open();
      const { posterId } = await store.add(posterOf(7));
      await store.remove(posterId);
      await store.addEmbeddings(posterId, "model-a", [{ view: "full", embedding: embeddingOf(1) }]);
      expect(await all(store.embeddings("model-a", 0))).toEqual([]);
    });
  });
}
