import { describe, expect, test, vi } from "vitest";
import type { Anime } from "../../src/domain/anime.ts";
import type { Theme } from "../../src/domain/theme.ts";
import { OpfindError } from "../../src/errors.ts";
import type { ThemeSource } from "../../src/pipeline/ports.ts";
import { type Cache, openCache } from "../../src/sources/cache.ts";
import { cachedAnime, cachedThemes, uncachedThemes } from "../../src/sources/cached.ts";
import { inventedCatalogue } from "../support/catalogue.ts";
import { nodesOf } from "../support/catalogue-nodes.ts";

const HOUR = 3_600_000;
const { signal } = new AbortController();

describe("cached themes", () => {
  test("are asked for once while they are new, then again", async () => {
    const { themes, asked, clock } = open();
    await themes([anime(101)]);
    clock.ms += 7 * 24 * HOUR - 1;
    expect(await themes([anime(101)])).toMatchObject({ failure: null, stale: new Set() });
    expect(asked).toEqual([[101]]);
    clock.ms += 1;
    await themes([anime(101)]);
    expect(asked).toEqual([[101], [101]]);
  });

  test("of an anime on air are new for twelve hours", async () => {
    const { themes, asked, clock } = open();
    await themes([anime(104)]);
    clock.ms += 12 * HOUR;
    await themes([anime(104)]);
    expect(asked).toHaveLength(2);
  });

  test("remember for an hour that an anime is not catalogued", async () => {
    const { themes, asked, clock } = open();
    expect((await themes([anime(140)])).found.size).toBe(0);
    expect((await themes([anime(140)])).found.size).toBe(0);
    clock.ms += HOUR;
    await themes([anime(140)]);
    expect(asked).toEqual([[140], [140]]);
  });

  test("ask only for what is not remembered", async () => {
    const { themes, asked } = open();
    await themes([anime(101)]);
    const { found } = await themes([anime(101), anime(102)]);
    expect([...found.keys()].sort()).toEqual([101, 102]);
    expect(asked).toEqual([[101], [102]]);
  });

  test("serve an old answer while the source is down, and say both", async () => {
    const { themes, clock, source } = open();
    await themes([anime(101)]);
    clock.ms += 20 * 24 * HOUR;
    source.failure = down();
    const answer = await themes([anime(101), anime(102)]);
    expect([...answer.found.keys()]).toEqual([101]);
    expect([...answer.stale]).toEqual([101]);
    expect(answer.failure).toBe(source.failure);
  });

  test("never remember a failure", async () => {
    const { themes, source } = open();
    source.failure = down();
    expect((await themes([anime(101)])).failure).toBe(source.failure);
    source.failure = null;
    expect((await themes([anime(101)])).found.has(101)).toBe(true);
  });

  test("send one request for many who ask at once", async () => {
    const { themes, asked } = open();
    const answers = await Promise.all([themes([anime(101)]), themes([anime(101), anime(102)]), themes([anime(101)])]);
    expect(answers.map(({ found }) => found.size)).toEqual([1, 2, 1]);
    expect(asked).toEqual([[101], [102]]);
  });

  test("ask a source that answers one by one separately, so that one failure costs one answer", async () => {
    const { themes, source } = open({ perRequest: 1 });
    source.failureOf = 102;
    const answer = await themes([anime(101), anime(102), anime(103)]);
    expect([...answer.found.keys()].sort()).toEqual([101, 103]);
    expect(answer.failure).toMatchObject({ code: "source-down" });
  });

  test("let one caller leave while another stays", async () => {
    const { themes, source, asked } = open();
    const leaver = new AbortController();
    const release = hold(source);
    const left = themes([anime(101)], leaver.signal).catch((error) => error);
    const stays = themes([anime(101)]);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    leaver.abort();
    expect(await left).toMatchObject({ code: "aborted" });
    expect(source.signal?.aborted).toBe(false);
    release();
    expect((await stays).found.has(101)).toBe(true);
  });

  test("cancel the request when the last caller leaves, and ask anew for the next", async () => {
    const { themes, source, asked } = open();
    const leaver = new AbortController();
    hold(source);
    const left = themes([anime(101)], leaver.signal).catch((error) => error);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    leaver.abort();
    expect(await left).toMatchObject({ code: "aborted" });
    expect(source.signal?.aborted).toBe(true);
    source.gate = null;
    expect((await themes([anime(101)])).found.has(101)).toBe(true);
  });

  test("let bugs through", async () => {
    const bug = new RangeError("bug");
    const source: ThemeSource = { name: "animethemes", themes: () => Promise.reject(bug) };
    const { themes } = cachedThemes(source, 100, { cache: sqlite(), clock: { now: () => 0 } });
    await expect(themes([anime(101)], signal)).rejects.toBe(bug);
    await expect(uncachedThemes(source).themes([anime(101)], signal)).rejects.toBe(bug);
  });

  test("tell the songs as they were told", async () => {
    const { themes } = open();
    const first = await themes([anime(101)]);
    expect((await themes([anime(101)])).found).toEqual(first.found);
  });
});

describe("cached cards", () => {
  test.each([
    [101, 24],
    [104, 6],
  ])("of anime %i are new for %i hours", async (id, hours) => {
    const nodes = nodesOf(inventedCatalogue());
    const asked: number[] = [];
    const clock = { ms: 0 };
    const source = {
      name: "anilist" as const,
      anime: async (ids: readonly number[]) => {
        asked.push(...ids);
        return new Map(ids.flatMap((one) => (nodes.has(one) ? [[one, nodes.get(one) ?? never()] as const] : [])));
      },
      searchTitle: async () => [],
    };
    const memory = cachedAnime(source, { cache: sqlite(), clock: { now: () => clock.ms } });
    const first = await memory.anime([id, id], signal);
    clock.ms = hours * HOUR - 1;
    expect((await memory.anime([id], signal)).found).toEqual(first.found);
    expect(asked).toEqual([id]);
    clock.ms += 1;
    await memory.anime([id], signal);
    expect(asked).toEqual([id, id]);
  });
});

describe("a remembered answer", () => {
  test("written by another version is not believed", async () => {
    const cache = sqlite();
    const { themes, asked } = open({ cache });
    await cache.write([
      { key: "v1:themes:animethemes:101", value: { told: [{ old: true }], freshUntil: 9e15 }, keepMs: HOUR },
    ]);
    expect((await themes([anime(101)])).found.get(101)).toHaveLength(1);
    expect(asked).toEqual([[101]]);
  });
});

interface FakeSource {
  failure: OpfindError | null;
  failureOf: number | null;
  gate: Promise<void> | null;
  signal: AbortSignal | null;
}

function open({ cache = sqlite(), perRequest = 100 }: { cache?: Cache; perRequest?: number } = {}) {
  const source: FakeSource = { failure: null, failureOf: null, gate: null, signal: null };
  const asked: number[][] = [];
  const clock = { ms: 0 };
  const fake: ThemeSource = {
    name: "animethemes",
    async themes(wanted, inner) {
      source.signal = inner;
      asked.push(wanted.map(({ anilistId }) => anilistId));
      await source.gate;
      if (source.failure) throw source.failure;
      if (wanted.some(({ anilistId }) => anilistId === source.failureOf)) throw down();
      return new Map(wanted.filter(({ anilistId }) => anilistId !== 140).map(({ anilistId }) => [anilistId, [THEME]]));
    },
  };
  const memory = cachedThemes(fake, perRequest, { cache, clock: { now: () => clock.ms } });
  const themes = (wanted: readonly Anime[], by: AbortSignal = signal) => memory.themes(wanted, by);
  return { themes, asked, clock, source };
}

/** Holds the source's answers until the returned function is called. */
function hold(source: FakeSource): () => void {
  let release = () => {};
  source.gate = new Promise((resolve) => {
    release = resolve;
  });
  return () => release();
}

function sqlite(): Cache {
  return openAt(":memory:");
}

function openAt(file: string): Cache {
  return openCache({
    file,
    onTrouble: (cause) => {
      throw cause;
    },
  });
}

function down(): OpfindError {
  return new OpfindError("source-down", "AnimeThemes is down: it answered with status 502.");
}

function anime(id: number): Anime {
  return (nodesOf(inventedCatalogue()).get(id) ?? never()).anime;
}

function never(): never {
  throw new RangeError("not in the catalogue");
}

const THEME: Theme = {
  kind: "OP",
  sequence: 1,
  group: null,
  title: { romaji: "T", native: null },
  artists: [{ name: "A", aliasOf: null, character: null }],
  versions: [
    {
      version: 1,
      episodes: [{ from: 1, to: null }],
      notes: null,
      isSpoiler: false,
      isNsfw: false,
      videoUrl: null,
      audioUrl: null,
    },
  ],
  source: "animethemes",
  raw: null,
};
