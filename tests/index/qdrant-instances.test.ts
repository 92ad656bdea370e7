import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { QdrantIndex } from "../../src/index/qdrant-index.ts";
import { rememberAnswers } from "../../src/pipeline/answer-memory.ts";
import { all, embeddingOf, posterOf } from "../support/posters.ts";
import { openInstance, runDouble } from "../support/qdrant.ts";
import { MATCH, searchDouble } from "../support/resident-double.ts";
import { tempDir } from "../support/temp-dir.ts";

const live = () => new AbortController().signal;

/** Two machines with one Qdrant and one folder of pictures. */
async function twoInstances() {
  const double = await runDouble();
  const dataDir = tempDir();
  const [one, two] = [await openInstance(double.url, { dataDir }), await openInstance(double.url, { dataDir })];
  return { double, dataDir, one, two };
}

/** The service's memory of answers on an index; `asked` grows with every question that it had to pass on. */
function remembering(index: Pick<QdrantIndex, "version">) {
  const asked: number[] = [];
  const search = {
    ...searchDouble(),
    version: () => index.version(),
    postersOf: async (anilistId: number) => {
      asked.push(anilistId);
      return [];
    },
  };
  return { asked, memory: rememberAnswers({ identify: async () => MATCH, search }) };
}

describe("several instances on one Qdrant", () => {
  test("start on an empty server at once and share one collection", async () => {
    const { url, engine } = await runDouble();
    await Promise.all([1, 2, 3].map(() => openInstance(url)));
    expect([...engine.collections.keys()]).toEqual(["opfind-v1"]);
    expect([...engine.aliases]).toEqual([["opfind", "opfind-v1"]]);
    expect([...engine.find("opfind").indexes]).toEqual([
      ["anilistId", "integer"],
      ["franchiseId", "integer"],
      ["source", "keyword"],
      ["sha256", "keyword"],
    ]);
  });

  test("find at once what another has added, by search, label and picture", async () => {
    const { one, two } = await twoInstances();
    const index = await two.openIndex();
    const { posterId } = await one.store.add(posterOf(7, { source: "confirmation", addedBy: "someone" }));
    expect((await index.search([embeddingOf(14)], 1, live()))[0]).toMatchObject([{ posterId }]);
    expect((await two.store.labels([posterId], live())).get(posterId)).toMatchObject({ title: "Title 7" });
    expect(await two.store.image(posterId)).toEqual(Buffer.from(posterOf(7).image?.bytes ?? []));
    await index.follow();
    await index.search([embeddingOf(14)], 1, live());
    expect(index.size).toBe(2);
  });

  test("remember an answer until they write themselves, and what others write for two seconds", async () => {
    const { one, two } = await twoInstances();
    const clock = { at: 0, elapsedMs: () => clock.at };
    const index = await one.openIndex(clock);
    const { memory, asked } = remembering(index);
    const posters = () => memory.search.postersOf(7, live());
    await posters();
    await posters();
    expect(asked).toEqual([7]);
    await one.store.add(posterOf(7));
    await index.follow();
    await posters();
    expect(asked).toEqual([7, 7]);
    await two.store.add(posterOf(8, { anime: posterOf(7).anime }));
    await posters();
    expect(asked).toEqual([7, 7]);
    clock.at = 2_000;
    await posters();
    expect(asked).toEqual([7, 7, 7]);
  });

  test("add the same poster at the same time once", async () => {
    const { one, two } = await twoInstances();
    const outcomes = await Promise.all([one, two, one, two].map(({ store }) => store.add(posterOf(7))));
    expect(new Set(outcomes.map(({ posterId }) => posterId)).size).toBe(1);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(["added", "duplicate", "duplicate", "duplicate"]);
    expect(await one.store.count()).toBe(1);
  });

  test("tell the same about an anime, whoever learnt it", async () => {
    const { one, two } = await twoInstances();
    const first = await one.store.add(posterOf(7));
    const other = { ...posterOf(7).anime, title: { romaji: "Title 7", english: "Seven", native: null } };
    await two.store.add(posterOf(8, { anime: other, franchiseId: 3 }));
    const [told] = (await all(one.store.records())).filter(({ poster }) => poster.posterId === first.posterId);
    expect(told).toMatchObject({ anime: { malId: 1007, title: { english: "Seven", native: "題7" } }, franchiseId: 3 });
  });

  test("keep a picture that one removes while another uses it", async () => {
    const { one, two, dataDir } = await twoInstances();
    const { posterId } = await one.store.add(posterOf(7));
    const file = join(dataDir, posterOf(7).sha256.slice(0, 2), `${posterOf(7).sha256}.jpg`);
    await Promise.all([one.store.remove(posterId), two.store.add(posterOf(7, { anime: posterOf(8).anime }))]);
    expect(existsSync(file)).toBe(true);
    for (const { posterId: left } of await all(two.store.list())) await two.store.remove(left);
    expect(existsSync(file)).toBe(false);
  });

  test("a picture's path in Qdrant cannot lead out of the folder", async () => {
    const { one } = await twoInstances();
    const { posterId } = await one.store.add(posterOf(7));
    const filter = { must: [{ has_id: [posterId] }] };
    await one.points.write([{ set_payload: { payload: { file: "../../etc/passwd" }, filter } }], live());
    await expect(one.store.image(posterId)).rejects.toMatchObject({ code: "store-broken" });
  });
});
