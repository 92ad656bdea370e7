import { describe, expect, test } from "vitest";
import { migrate } from "../../src/index/migrate.ts";
import { posterStoreContract } from "../contracts/poster-store.ts";
import { storeWith } from "../support/index-deps.ts";
import { embeddingOf, posterOf } from "../support/posters.ts";
import { openInstance, openOnRealQdrant, REAL_QDRANT, runDouble } from "../support/qdrant.ts";

const live = () => new AbortController().signal;

posterStoreContract("Qdrant (a double of it)", async () => (await openInstance((await runDouble()).url)).store);

describe.skipIf(!REAL_QDRANT)("with QDRANT_URL_TEST", () => {
  posterStoreContract("Qdrant itself", async () => (await openOnRealQdrant()).store);

  test("takes a gallery over, makes a version of it and goes back", async () => {
    const [{ store: source }, { store, versions, openIndex }] = [await storeWith(200), await openOnRealQdrant()];
    const report = await migrate({ from: source, to: store, onProgress: () => {} }, live());
    expect(report).toMatchObject({ posters: 200, carried: 200, different: 0 });
    expect(await versions.build(() => {}, live())).toBe(2);
    await store.add(posterOf(900));
    expect(await versions.rollback(undefined, live())).toBe(1);
    const [found] = await (await openIndex()).search([embeddingOf(1800)], 1, live());
    expect(found?.[0]?.score).toBeCloseTo(1, 4);
  });
});

test("every request of one poster's life is repeated without harm", async () => {
  const double = await runDouble();
  const { store } = await openInstance(double.url);
  const { posterId } = await store.add(posterOf(7));
  double.setFault({ kind: "unanswered", times: 1 });
  await store.addEmbeddings(posterId, "model-a", [{ view: "upper", embedding: embeddingOf(99) }]);
  double.setFault({ kind: "unanswered", times: 1 });
  await store.replaceEmbeddings(posterId, "model-a", [{ view: "full", embedding: embeddingOf(98) }]);
  expect((await store.embeddingsOf([posterId], "model-a", live())).get(posterId)).toEqual([embeddingOf(98)]);
  double.setFault({ kind: "unanswered", times: 1 });
  await store.remove(posterId);
  expect(await store.count()).toBe(0);
});
