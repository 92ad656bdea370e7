import { expect, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { addCovers, type CoverDeps } from "../../src/pipeline/add-covers.ts";
import { catalogueOf, invented } from "../support/catalogue.ts";
import { nodesOf } from "../support/catalogue-nodes.ts";
import { importDeps } from "../support/import-deps.ts";
import { storeWith } from "../support/index-deps.ts";
import { all } from "../support/posters.ts";

const live = () => new AbortController().signal;
const range = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

const NODES = nodesOf(catalogueOf(range(200).map((id) => invented(id, `Title ${id}`))));

/** AniList with 200 anime, whose covers are their numbers; `asked` is what was asked of it. */
async function played(changes: Partial<CoverDeps> = {}) {
  const { store } = await storeWith(0);
  const asked = { cards: [] as number[], covers: [] as string[], progress: [] as string[] };
  const deps: CoverDeps = {
    ...importDeps(),
    store,
    async cards(ids) {
      asked.cards.push(ids.length);
      const found = ids.flatMap((id) => {
        const node = NODES.get(id);
        return node ? [[id, { ...node, anime: { ...node.anime, coverUrl: `https://x.test/${id}.jpg` } }] as const] : [];
      });
      return { found: new Map(found), stale: new Set(), failure: null };
    },
    async cover(url) {
      asked.covers.push(url);
      return Buffer.from(`picture ${url}`);
    },
    onProgress: (done, total) => asked.progress.push(`${done}/${total}`),
    ...changes,
  };
  const add = (wishes: readonly (number | string)[], limit = 500, signal = live()) =>
    addCovers({ wishes, limit }, deps, signal);
  return { add, asked, store };
}

test("cards are asked for fifty at a time, and everything is counted", async () => {
  const { add, asked } = await played();
  expect(await add(range(120))).toEqual({ added: 120, duplicates: 0, failed: [], unresolved: [], left: 0 });
  expect(asked.cards).toEqual([50, 50, 20]);
  expect(asked.progress.at(-1)).toBe("120/120");
});

test("the limit counts covers, not what is known already", async () => {
  const { add, asked } = await played();
  expect(await add(range(60), 55)).toMatchObject({ added: 55, duplicates: 0, left: 5 });
  expect(await add(range(200), 55)).toMatchObject({ added: 55, duplicates: 55, left: 90 });
  expect(await add(range(200), 500)).toMatchObject({ added: 90, duplicates: 110, left: 0 });
  expect(new Set(asked.covers).size).toBe(asked.covers.length);
});

test("a title that means an anime asked for already costs nothing more", async () => {
  const { add, asked } = await played({ resolveTitle: async () => 7 });
  expect(await add([7, 7, "Seven", "Seventh"])).toMatchObject({ added: 1, duplicates: 2 });
  expect(asked.covers).toHaveLength(1);
});

test("what was stored before a stop stays stored, and the next run fetches only the rest", async () => {
  const stop = new AbortController();
  const { add, asked, store } = await played({
    async cover(url, signal) {
      if (url.endsWith("/40.jpg")) stop.abort();
      if (signal.aborted) throw new OpfindError("aborted", "Stopped on request.");
      asked.covers.push(url);
      return Buffer.from(url);
    },
  });
  await expect(add(range(50), 500, stop.signal)).rejects.toMatchObject({ code: "aborted" });
  const kept = (await all(store.list())).length;
  expect(kept).toBeGreaterThanOrEqual(39 - 8);
  const before = asked.covers.length;
  expect(await add(range(39))).toMatchObject({ added: 39 - kept, duplicates: kept });
  expect(asked.covers.length - before).toBe(39 - kept);
});

test("an outage in the middle fails the rest by name, and nobody is called unknown for it", async () => {
  const failure = new OpfindError("source-down", "AniList is down.");
  const { add } = await played({ cards: async () => ({ found: new Map(), stale: new Set(), failure }) });
  const { failed } = await add([1, "Down with it"]);
  expect(failed).toEqual([
    { anime: "Down with it", anilistId: null, code: "source-down", message: "AniList is down." },
    { anime: "AniList 1", anilistId: 1, code: "source-down", message: "AniList is down." },
  ]);
});
