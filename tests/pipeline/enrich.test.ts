import { describe, expect, test } from "vitest";
import type { AnilistId } from "../../src/domain/anime.ts";
import type { Theme } from "../../src/domain/theme.ts";
import { type ErrorCode, OpfindError } from "../../src/errors.ts";
import { openSongsOf, type SongSources } from "../../src/pipeline/enrich.ts";
import type { AnimeMemory, AnimeNode, ThemeMemory } from "../../src/pipeline/ports.ts";
import { walkFranchise } from "../../src/sources/franchise-walk.ts";
import { inventedCatalogue } from "../support/catalogue.ts";
import { nodesOf } from "../support/catalogue-nodes.ts";

const { signal } = new AbortController();
const ALL = [101, 102, 104, 103, 111, 112, 120];

describe("the songs of a franchise", () => {
  test("are asked of each source once for all that the one before did not know", async () => {
    const first = themeMemory("animethemes", { knows: [101, 102] });
    const second = themeMemory("tenrai", { knows: [103, 104, 111, 112, 120] });
    const third = themeMemory("snapshot", { knows: ALL });
    const songs = await songsOf({ themes: [first, second, third] })(104, signal);
    expect(first.asked).toEqual([ALL]);
    expect(second.asked).toEqual([[104, 103, 111, 112, 120]]);
    expect(third.asked).toEqual([]);
    expect(songs.missing).toEqual([]);
    expect(songs.seasons.map(({ openings }) => openings[0]?.source)).toEqual([
      ...["animethemes", "animethemes", "tenrai", "tenrai", "tenrai", "tenrai", "tenrai"],
    ]);
  });

  test("say of which anime nobody lists songs", async () => {
    const songs = await songsOf({ themes: [themeMemory("animethemes", { knows: ALL.filter((id) => id !== 112) })] })(
      101,
      signal,
    );
    expect(songs.missing).toEqual([
      {
        part: "songs",
        source: "animethemes",
        reason: "not-catalogued",
        detail: "No source that answered lists songs of Tourou no Minato OVA 2 (AniList 112).",
      },
    ]);
  });

  const outages: readonly [ErrorCode, string][] = [
    ["source-down", "down"],
    ["source-throttled", "throttled"],
    ["source-refused", "refused"],
    ["source-timeout", "timeout"],
    ["source-other-shape", "other-shape"],
  ];

  test.each(outages)("say that a source failed by %s even when the next one stepped in", async (code, reason) => {
    const failing = themeMemory("animethemes", { failure: new OpfindError(code, "AnimeThemes, in a sentence.") });
    const songs = await songsOf({ themes: [failing, themeMemory("snapshot", { knows: ALL })] })(101, signal);
    expect(songs.seasons.every(({ openings }) => openings.length === 1)).toBe(true);
    expect(songs.missing).toEqual([
      { part: "songs", source: "animethemes", reason, detail: "AnimeThemes, in a sentence." },
    ]);
  });

  test("stand by place: the main group first, then by number", async () => {
    const themes = [
      theme("OP", 2),
      theme("OP", 10),
      theme("ED", null),
      theme("OP", 1, "TV Version"),
      theme("OP", null),
    ];
    const source = themeMemory("animethemes", { knows: ALL, themes });
    const [first] = (await songsOf({ themes: [source] })(101, signal)).seasons;
    expect(first?.openings.map(({ sequence, group }) => [sequence, group])).toEqual([
      [null, null],
      [2, null],
      [10, null],
      [1, "TV Version"],
    ]);
    expect(first?.endings).toHaveLength(1);
  });

  test("say which season's answer is old", async () => {
    const cards = animeMemory("anilist", { stale: [102] });
    const themes = themeMemory("animethemes", { knows: ALL, stale: [103] });
    const { seasons } = await songsOf({ anime: [cards], themes: [themes] })(101, signal);
    expect(seasons.filter(({ isStale }) => isStale).map(({ anime }) => anime.anilistId)).toEqual([102, 103]);
  });
});

describe("with AniList down", () => {
  const down = new OpfindError("source-down", "AniList is down.");

  test("the next source tells who the anime is, and the answer says so", async () => {
    const sources = [animeMemory("anilist", { failure: down }), animeMemory("snapshot")];
    const songs = await songsOf({ anime: sources })(103, signal);
    expect(songs.seasons.map(({ anime }) => anime.anilistId)).toEqual(ALL);
    expect(songs.missing).toEqual([
      { part: "identity", source: "anilist", reason: "down", detail: "AniList is down." },
    ]);
  });

  test("in the middle of the walk, relations are what is missing", async () => {
    const sources = [animeMemory("anilist", { failure: down, knows: [101] }), animeMemory("snapshot")];
    const { missing } = await songsOf({ anime: sources })(101, signal);
    expect(missing).toEqual([{ part: "relations", source: "anilist", reason: "down", detail: "AniList is down." }]);
  });

  test("and nobody else knowing the anime, its own songs are still told", async () => {
    const songs = await songsOf({ anime: [animeMemory("anilist", { failure: down })] })(101, signal);
    expect(songs.seasons).toMatchObject([
      { anime: { anilistId: 101, title: { romaji: "AniList 101" } }, role: { kind: "other" } },
    ]);
    expect(songs.seasons[0]?.openings).toHaveLength(1);
    expect(songs.missing.map(({ part, reason }) => [part, reason])).toEqual([["identity", "down"]]);
  });

  test("and no song to be had either, the outage is the answer", async () => {
    const sources = {
      anime: [animeMemory("anilist", { failure: down })],
      themes: [themeMemory("animethemes", { knows: [] })],
    };
    await expect(songsOf(sources)(101, signal)).rejects.toBe(down);
  });
});

describe("an anime that no source knows", () => {
  test("is said to be unknown, and no songs are asked for", async () => {
    const themes = themeMemory("animethemes", { knows: [999] });
    const failure = songsOf({ themes: [themes] })(999, signal);
    await expect(failure).rejects.toMatchObject({ code: "anime-unknown", message: expect.stringContaining("999") });
    expect(themes.asked).toEqual([]);
  });
});

describe("a cancelled question", () => {
  test("is cancelled, not answered in part", async () => {
    const aborted = new OpfindError("aborted", "The request was cancelled.");
    const themes: ThemeMemory = { name: "animethemes", themes: () => Promise.reject(aborted) };
    await expect(songsOf({ themes: [themes] })(101, signal)).rejects.toBe(aborted);
  });
});

function songsOf(sources: Partial<SongSources>) {
  const themes = sources.themes ?? [themeMemory("animethemes", { knows: ALL })];
  return openSongsOf({ anime: sources.anime ?? [animeMemory("anilist")], themes, walk: walkFranchise });
}

interface Behaviour {
  readonly knows?: readonly AnilistId[];
  readonly stale?: readonly AnilistId[];
  readonly failure?: OpfindError | null;
}

function animeMemory(name: AnimeMemory["name"], { knows, stale = [], failure = null }: Behaviour = {}): AnimeMemory {
  const nodes = nodesOf(inventedCatalogue());
  const known = knows ?? (failure ? [] : [...nodes.keys()]);
  return {
    name,
    async anime(ids) {
      const found = ids.flatMap((id): [AnilistId, AnimeNode][] => {
        const node = known.includes(id) ? nodes.get(id) : undefined;
        return node ? [[id, node]] : [];
      });
      return { found: new Map(found), stale: new Set(stale), failure: found.length < ids.length ? failure : null };
    },
    searchTitle: async () => [],
  };
}

function themeMemory(
  name: ThemeMemory["name"],
  { knows = [], stale = [], failure = null, themes }: Behaviour & { readonly themes?: readonly Theme[] },
) {
  const asked: (readonly AnilistId[])[] = [];
  const memory: ThemeMemory = {
    name,
    async themes(anime) {
      asked.push(anime.map(({ anilistId }) => anilistId));
      const known = anime.filter(({ anilistId }) => knows.includes(anilistId));
      const found = known.map(({ anilistId }) => [anilistId, themes ?? [{ ...theme("OP", 1), source: name }]] as const);
      return { found: new Map(found), stale: new Set(stale), failure };
    },
  };
  return { ...memory, asked };
}

function theme(kind: Theme["kind"], sequence: number | null, group: string | null = null): Theme {
  const version = {
    version: 1,
    episodes: null,
    notes: null,
    isSpoiler: false,
    isNsfw: false,
    videoUrl: null,
    audioUrl: null,
  };
  const title = { romaji: `${kind}${sequence}`, native: null };
  return { kind, sequence, group, title, artists: [], versions: [version], source: "animethemes", raw: null };
}
