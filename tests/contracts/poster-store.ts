import { describe, expect, test } from "vitest";
import type { PosterStore } from "../../src/pipeline/ports.ts";
import { embeddingOf, posterOf } from "../support/posters.ts";

/** What every `PosterStore` promises. `open` gives an empty store; the suite closes nothing. */
export function posterStoreContract(open: () => PosterStore): void {
  describe("a poster store", () => {
    test("gives back what was added: the row, the label, the embeddings and the very bytes", async () => {
      const store = open();
      const poster = posterOf(7, { franchiseId: 3, addedBy: "someone" });
      const { kind, posterId } = await store.add(poster);
      expect(kind).toBe("added");
      expect([...store.list()]).toEqual([
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
      expect(store.labels([posterId, 999])).toEqual(
        new Map([[posterId, { posterId, anilistId: 7, title: "Title 7", franchiseId: 3 }]]),
      );
      expect(await store.image(posterId)).toEqual(Buffer.from(poster.image?.bytes ?? []));
      expect([...store.embeddings("model-a", 0)].map(({ embedding }) => embedding)).toEqual(
        poster.embeddings.map(({ embedding }) => embedding),
      );
      const own = store.embeddingsOf([posterId, 999], "model-a");
      expect([...own.keys()]).toEqual([posterId]);
      expect(new Set(own.get(posterId))).toEqual(new Set(poster.embeddings.map(({ embedding }) => embedding)));
    });

    test("finds the same bytes for the same anime again instead of adding them", async () => {
      const store = open();
      const first = await store.add(posterOf(7));
      expect(await store.add(posterOf(7))).toEqual({ kind: "duplicate", posterId: first.posterId });
      expect([...store.list()]).toHaveLength(1);
      expect([...store.embeddings("model-a", 0)]).toHaveLength(2);
    });

    test("lets two anime use the same cover, and keeps the image until both are gone", async () => {
      const store = open();
      const one = await store.add(posterOf(7));
      const two = await store.add(posterOf(7, { anime: { ...posterOf(8).anime } }));
      expect(two.kind).toBe("added");
      expect(await store.remove(one.posterId)).toBe(true);
      expect(await store.image(two.posterId)).not.toBeNull();
    });

    test("knows an image only with the anime and the model it was added for", async () => {
      const store = open();
      const { sha256 } = posterOf(7);
      expect(store.has(sha256, 7, "model-a")).toBe(false);
      await store.add(posterOf(7));
      expect(store.has(sha256, 7, "model-a")).toBe(true);
      expect(store.has(sha256, 8, "model-a")).toBe(false);
      expect(store.has(sha256, 7, "model-b")).toBe(false);
    });

    test("streams embeddings of one model in ascending order, after any of them, also across pages", async () => {
      const store = open();
      for (let number = 1; number <= 300; number++) await store.add(posterOf(number, { image: null }));
      const ids = [...store.embeddings("model-a", 0)].map(({ embeddingId }) => embeddingId);
      expect(ids).toHaveLength(600);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect([...store.embeddings("model-a", ids[597] ?? 0)].map(({ embeddingId }) => embeddingId)).toEqual(
        ids.slice(598),
      );
      expect([...store.embeddings("model-b", 0)]).toEqual([]);
    });

    test("lists posters that a new model has not seen, and accepts embeddings while doing so", async () => {
      const store = open();
      for (const number of [1, 2, 3]) await store.add(posterOf(number));
      await store.add(posterOf(4, { image: null }));
      const seen: string[] = [];
      for (const { posterId, title } of store.withoutEmbeddings("model-b")) {
        store.addEmbeddings(posterId, "model-b", [{ view: "full", embedding: embeddingOf(posterId) }]);
        seen.push(title);
      }
      expect(seen).toEqual(["Title 1", "Title 2", "Title 3"]);
      expect([...store.withoutEmbeddings("model-b")]).toEqual([]);
      expect([...store.embeddings("model-b", 0)]).toHaveLength(3);
      expect([...store.embeddings("model-a", 0)]).toHaveLength(8);
    });

    test("completes a poster known only by its embeddings when its image arrives", async () => {
      const store = open();
      const known = await store.add(posterOf(7, { image: null, source: "starter" }));
      expect(store.has(posterOf(7).sha256, 7, "model-a")).toBe(false);
      expect(await store.image(known.posterId)).toBeNull();
      expect(await store.add(posterOf(7))).toEqual({ kind: "added", posterId: known.posterId });
      expect([...store.list()]).toMatchObject([{ posterId: known.posterId, source: "import" }]);
      expect(await store.image(known.posterId)).not.toBeNull();
      expect([...store.embeddings("model-a", 0)]).toHaveLength(2);
    });

    test("learns later where a picture came from", async () => {
      const store = open();
      await store.add(posterOf(7));
      await store.add(posterOf(8));
      store.setSource(posterOf(7).sha256, 7, "anilist");
      store.setSource(posterOf(8).sha256, 7, "nowhere");
      expect([...store.list()].map(({ source }) => source)).toEqual(["anilist", "import"]);
    });

    test("forgets a removed poster with all that belongs to it, and never gives its id again", async () => {
      const store = open();
      const { posterId } = await store.add(posterOf(7));
      expect(await store.remove(posterId)).toBe(true);
      expect(await store.remove(posterId)).toBe(false);
      expect([...store.list()]).toEqual([]);
      expect([...store.embeddings("model-a", 0)]).toEqual([]);
      expect(store.labels([posterId]).size).toBe(0);
      const again = await store.add(posterOf(7));
      expect(again.kind).toBe("added");
      expect(again.posterId).toBeGreaterThan(posterId);
    });

    test("ignores embeddings for a poster that was removed meanwhile", async () => {
      const store = open();
      const { posterId } = await store.add(posterOf(7));
      await store.remove(posterId);
      store.addEmbeddings(posterId, "model-a", [{ view: "full", embedding: embeddingOf(1) }]);
      expect([...store.embeddings("model-a", 0)]).toEqual([]);
    });
  });
}
