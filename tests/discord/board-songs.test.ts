import { describe, expect, test } from "vitest";
import { animeOn, gatherSongs } from "../../src/discord/board-songs.ts";
import type { FranchiseSongs, Missing } from "../../src/domain/franchise.ts";
import type { Verdict } from "../../src/domain/identification.ts";
import type { Theme } from "../../src/domain/theme.ts";
import { OpfindError } from "../../src/errors.ts";
import type { TierList } from "../../src/pipeline/tier-list.ts";

const live = () => new AbortController().signal;
const UNKNOWN: Verdict = { kind: "unknown", candidates: [] };

function boardOf(...anime: readonly (number | null)[]): TierList {
  const verdicts = anime.map((anilistId): Verdict => {
    if (anilistId === null) return UNKNOWN;
    const best = { anilistId, title: `${anilistId}`, confidence: 1, score: 1, posterId: anilistId, sameArtwork: [] };
    return { kind: "match", best, candidates: [best] };
  });
  const box = { left: 0, top: 0, width: 1, height: 1 };
  return { rows: [{ row: 1, colour: null, cells: verdicts.map((verdict) => ({ box, verdict })) }], unread: 0 };
}

const THEME: Theme = {
  kind: "OP",
  sequence: 1,
  group: null,
  title: { romaji: "Song", native: null },
  artists: [],
  versions: [],
  source: "animethemes",
  raw: null,
};

function franchiseOf(
  ids: readonly number[],
  themes: readonly Theme[],
  missing: readonly Missing[] = [],
): FranchiseSongs {
  const seasons = ids.map((anilistId) => ({
    anime: {
      anilistId,
      malId: null,
      title: { romaji: `${anilistId}`, english: null, native: null },
      synonyms: [],
      format: null,
      startDate: { year: null, month: null, day: null },
      episodes: null,
      isAiring: false,
      isAdult: false,
      coverUrl: null,
      siteUrl: null,
    },
    role: { kind: "other" } as const,
    openings: themes,
    endings: [],
    isStale: false,
  }));
  return { seasons, isCut: false, missing };
}

/** Every question takes a second. @param answers by anime; an anime without one is out of reach */
function scene(answers: Readonly<Record<number, FranchiseSongs>>) {
  const time = { now: 0 };
  const asked: number[] = [];
  const songsOf = async (anilistId: number) => {
    asked.push(anilistId);
    time.now += 1_000;
    const answer = answers[anilistId];
    if (!answer) throw new OpfindError("source-down", "AniList is down.");
    return answer;
  };
  const deps = { clock: { now: () => time.now, elapsedMs: () => time.now }, backend: { songsOf } };
  return { asked, deps };
}

const ids = (songs: readonly { anime: { anilistId: number } }[]) => songs.map(({ anime }) => anime.anilistId);

describe("the songs of a board", () => {
  test("are asked for once per franchise and stand in the board's order, without seasons that are not on it", async () => {
    const first = franchiseOf([1, 2, 3], [THEME]);
    const { asked, deps } = scene({ 3: first, 1: first, 9: franchiseOf([9], [THEME]) });
    const told: string[] = [];
    const onProgress = (done: number, total: number) => void told.push(`${done}/${total}`);
    const board = boardOf(3, null, 9, 1, 3);
    const songs = await gatherSongs(board, { deps, patienceMs: 60_000, onProgress }, live());
    expect(animeOn(board)).toEqual([3, 9, 1]);
    expect(asked).toEqual([3, 9]);
    expect(ids(songs.seasons)).toEqual([3, 9, 1]);
    expect(songs.lacking).toBe(0);
    expect(told).toEqual(["0/3", "1/3", "2/3"]);
  });

  test("that there is no time for, or that no source tells, are counted", async () => {
    const { asked, deps } = scene({
      1: franchiseOf([1], [THEME]),
      3: franchiseOf([3], [THEME]),
      4: franchiseOf([4], []),
    });
    const songs = await gatherSongs(boardOf(1, 2, 3, 4), { deps, patienceMs: 1_500 }, live());
    expect(asked).toEqual([1, 2]);
    expect(ids(songs.seasons)).toEqual([1]);
    expect(songs.lacking).toBe(3);
  });

  test("that are none may be lost while a source is down, and are none when all of them answered", async () => {
    const missing = { part: "songs", source: "animethemes", detail: "" } as const;
    const { deps } = scene({
      1: franchiseOf([1], [], [{ ...missing, reason: "throttled" }]),
      2: franchiseOf([2], [THEME], [{ ...missing, reason: "throttled" }]),
      3: franchiseOf([3], [], [{ ...missing, reason: "not-catalogued" }]),
    });
    const songs = await gatherSongs(boardOf(1, 2, 3), { deps, patienceMs: 60_000 }, live());
    expect(songs.lacking).toBe(1);
  });

  test("are not gathered on when the bot stops", async () => {
    const { deps } = scene({});
    const songsOf = () => Promise.reject(new OpfindError("aborted", "Stopped."));
    const gathering = gatherSongs(boardOf(1), { deps: { ...deps, backend: { songsOf } }, patienceMs: 1 }, live());
    await expect(gathering).rejects.toMatchObject({ code: "aborted" });
  });
});
