import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FranchiseSongs } from "../../src/domain/franchise.ts";
import { openSongsOf, type SongsOf } from "../../src/pipeline/enrich.ts";
import type { AnimeSource, ThemeSource } from "../../src/pipeline/ports.ts";
import { AniList } from "../../src/sources/anilist.ts";
import { AnimeThemes } from "../../src/sources/animethemes.ts";
import { openCache } from "../../src/sources/cache.ts";
import { cachedAnime, cachedThemes, uncachedAnime, uncachedThemes } from "../../src/sources/cached.ts";
import { walkFranchise } from "../../src/sources/franchise-walk.ts";
import { openGraphql } from "../../src/sources/graphql.ts";
import { MyAnimeList } from "../../src/sources/myanimelist.ts";
import { Tenrai } from "../../src/sources/tenrai.ts";
import { inventedCatalogue } from "../support/catalogue.ts";
import { readCatalogue2018 } from "../support/catalogue-2018.ts";
import { nodesOf } from "../support/catalogue-nodes.ts";
import type { Fault } from "../support/double-server.ts";
import { type Doubles, startDoubles } from "../support/doubles.ts";
import { hastyFetch } from "../support/hasty.ts";
import { sharedDir } from "../support/shared.ts";

const { signal } = new AbortController();
const SERVICES = ["anilist", "animethemes", "tenrai", "myanimelist"] as const;

const FAULTS: readonly [Fault["kind"], string][] = [
  ["bad-gateway", "down"],
  ["disabled", "down"],
  ["hang-up", "down"],
  ["internal", "down"],
  ["forbidden", "refused"],
  ["throttled", "throttled"],
  ["silent", "timeout"],
  ["error-page", "other-shape"],
  ["truncated", "other-shape"],
  ["other-shape", "other-shape"],
];

describe("songs over HTTP", () => {
  let doubles: Doubles;
  beforeAll(async () => {
    doubles = await startDoubles();
  });
  afterAll(() => doubles.close());
  afterEach(() => {
    for (const service of SERVICES) doubles.setFault(service, null);
  });

  test("come in a handful of requests, and in none the second time", async () => {
    const songsOf = openSongs(doubles);
    const before = doubles.requests.length;
    const songs = await songsOf(104, signal);
    expect(brief(songs)).toBe(
      "S1:101 3 animethemes, S2:102 2 animethemes, S3:104 2 animethemes, film:103 1 animethemes, ova:111 1 animethemes, ova:112 0, special:120 0",
    );
    // AnimeThemes twice (AniList ids, then MyAnimeList ids), Tenrai for the OVA and the recap that it does not list.
    const asked = doubles.requests.slice(before).map(({ service }) => service);
    expect(asked.filter((service) => service === "animethemes")).toHaveLength(2);
    expect(asked.filter((service) => service === "tenrai")).toHaveLength(2);
    expect(asked.filter((service) => service === "anilist").length).toBeLessThanOrEqual(6);
    const after = doubles.requests.length;
    expect(await songsOf(101, signal)).toEqual(songs);
    expect(doubles.requests).toHaveLength(after);
  });

  describe.each(FAULTS)("with %s", (kind, reason) => {
    // Little patience only where nothing will come.
    const options = kind === "silent" ? { timeoutMs: 500 } : {};

    test("at AniList, the snapshot tells the franchise", async () => {
      doubles.setFault("anilist", { kind });
      const songs = await openSongs(doubles, options)(102, signal);
      expect(songs.seasons).toHaveLength(7);
      expect(reasons(songs)).toEqual([["identity", "anilist", reason]]);
    });

    test("at AnimeThemes, Tenrai tells the songs", async () => {
      doubles.setFault("animethemes", { kind });
      const songs = await openSongs(doubles, options)(102, signal);
      expect(brief(songs)).toContain("S1:101 3 tenrai, S2:102 2 tenrai");
      expect(reasons(songs)).toEqual([["songs", "animethemes", reason]]);
    });

    test("everywhere, the snapshot still answers and every outage is named", async () => {
      for (const service of SERVICES) doubles.setFault(service, { kind });
      const songs = await openSongs(doubles, options)(102, signal);
      expect(brief(songs)).toContain("S1:101 1 snapshot");
      expect(reasons(songs)).toEqual([
        ["identity", "anilist", reason],
        ["songs", "animethemes", reason],
        ["songs", "tenrai", reason],
        ["songs", "myanimelist", reason],
      ]);
      expect(songs.missing.every(({ detail }) => /^(AniList|AnimeThemes|Tenrai|MyAnimeList) .+\.$/.test(detail))).toBe(
        true,
      );
    });
  });

  test("old answers are served while AnimeThemes is down, and marked", async () => {
    const clock = { ms: 0 };
    const songsOf = openSongs(doubles, { now: () => clock.ms });
    const fresh = await songsOf(101, signal);
    clock.ms += 8 * 24 * 3_600_000;
    doubles.setFault("animethemes", { kind: "bad-gateway" });
    const stale = await songsOf(101, signal);
    expect(brief(stale)).toBe(brief(fresh));
    expect(stale.seasons.map(({ isStale }) => isStale)).toEqual([true, true, true, true, true, false, false]);
    expect(reasons(stale)).toEqual([["songs", "animethemes", "down"]]);
  });

  test("cancelling stops the request on its way", async () => {
    doubles.setFault("anilist", { kind: "silent" });
    const controller = new AbortController();
    const before = doubles.requests.length;
    const failure = openSongs(doubles)(101, controller.signal).catch((error) => error);
    await expect.poll(() => doubles.requests.length, { interval: 5 }).toBe(before + 1);
    controller.abort();
    expect(await failure).toMatchObject({ code: "aborted" });
    await expect.poll(() => doubles.requests[before]?.wasCancelled(), { interval: 5 }).toBe(true);
  });
});

describe.skipIf(!sharedDir)("the graph of 2018 over HTTP (needs ../shared)", () => {
  test("gives the identical list of songs from every season of a franchise", { timeout: 120_000 }, async () => {
    const catalogue = readCatalogue2018(sharedDir ?? "");
    const doubles = await startDoubles({ catalogue });
    // No snapshot here: the real services alone must give the same list.
    const songsOf = openSongs(doubles, { isAlone: true });
    const starts = [...catalogue.values()].filter(({ relations }) => relations.some(({ kind }) => kind === "SEQUEL"));
    let compared = 0;
    for (const { anilistId } of starts.filter((_, at) => at % 40 === 0)) {
      const songs = await songsOf(anilistId, signal);
      for (const { anime, role } of songs.seasons) {
        if (role.kind !== "season" || anime.anilistId === anilistId) continue;
        expect(JSON.stringify(await songsOf(anime.anilistId, signal))).toBe(JSON.stringify(songs));
        compared++;
      }
    }
    await doubles.close();
    expect(compared).toBeGreaterThan(30);
  });
});

interface Options {
  readonly now?: () => number;
  readonly isAlone?: boolean;
  readonly timeoutMs?: number;
}

/** The sources as wire.ts puts them together, without waiting for turns. */
function openSongs(doubles: Doubles, { now = () => 0, isAlone = false, timeoutMs = 8_000 }: Options = {}): SongsOf {
  const limits = { timeoutMs, maxBytes: 8_000_000 };
  const graphql = (url: string, service: string) => openGraphql(url, hastyFetch(service, limits));
  const anilist = new AniList(graphql(doubles.anilistUrl, "AniList"));
  const animethemes = new AnimeThemes(graphql(doubles.animethemesUrl, "AnimeThemes"));
  const tenrai = new Tenrai(hastyFetch("Tenrai", limits), doubles.tenraiUrl);
  const mal = new MyAnimeList(hastyFetch("MyAnimeList", limits), { url: doubles.malUrl, clientId: "c1" });
  const deps = { cache: openCache({ file: ":memory:", onTrouble: fail }), clock: { now } };
  const last = snapshot();
  return openSongsOf({
    anime: [cachedAnime(anilist, deps), ...(isAlone ? [] : [uncachedAnime(last)])],
    themes: [
      cachedThemes(animethemes, 100, deps),
      ...[tenrai, mal].map((source) => cachedThemes(source, 1, deps)),
      ...(isAlone ? [] : [uncachedThemes(last)]),
    ],
    walk: walkFranchise,
  });
}

/** Bundled facts about the invented catalogue: who everything is, and one song of what has any. */
function snapshot(): AnimeSource & ThemeSource {
  const catalogue = inventedCatalogue();
  const nodes = nodesOf(catalogue);
  return {
    name: "snapshot",
    anime: async (ids) => new Map([...nodes].filter(([id]) => ids.includes(id))),
    searchTitle: async () => [],
    themes: async (anime) =>
      new Map(anime.map(({ anilistId }) => [anilistId, catalogue.get(anilistId)?.endings.length ? [SONG] : []])),
  };
}

const SONG = {
  kind: "ED",
  sequence: null,
  group: null,
  title: { romaji: "Bundled", native: null },
  artists: [],
  versions: [
    { version: null, episodes: null, notes: null, isSpoiler: false, isNsfw: false, videoUrl: null, audioUrl: null },
  ],
  source: "snapshot",
  raw: null,
} as const;

function fail(cause: unknown): never {
  throw cause;
}

function brief({ seasons }: FranchiseSongs): string {
  return seasons
    .map(({ anime, role, openings, endings }) => {
      const songs = [...openings, ...endings];
      const place = role.kind === "season" ? `S${role.number}` : role.kind;
      return [`${place}:${anime.anilistId}`, songs.length, ...new Set(songs.map(({ source }) => source))].join(" ");
    })
    .join(", ");
}

function reasons({ missing }: FranchiseSongs): readonly (readonly [string, string, string])[] {
  return missing.map(({ part, source, reason }) => [part, source, reason]);
}
