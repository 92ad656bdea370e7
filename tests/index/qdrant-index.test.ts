import { describe, expect, test } from "vitest";
import { vectorIndexContract } from "../contracts/vector-index.ts";
import { embeddingOf, posterOf } from "../support/posters.ts";
import { openInstance, openOnRealQdrant, REAL_QDRANT, runDouble } from "../support/qdrant.ts";

const live = () => new AbortController().signal;

vectorIndexContract("Qdrant (a double of it)", async () => {
  const { openIndex } = await openInstance((await runDouble()).url);
  return await openIndex();
});

describe.skipIf(!REAL_QDRANT)("with QDRANT_URL_TEST", () => {
  vectorIndexContract("Qdrant itself", async () => (await openOnRealQdrant()).openIndex());
});

test("what the poster store stores is found at once, by every instance", async () => {
  const { url } = await runDouble();
  const [one, two] = [await openInstance(url), await openInstance(url)];
  const index = await two.openIndex();
  const { posterId } = await one.store.add(posterOf(7));
  const [found] = await index.search([embeddingOf(14)], 5, live());
  expect(found?.[0]).toMatchObject({ posterId, score: expect.closeTo(1, 5) });
});
