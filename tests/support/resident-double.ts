import type { Anime } from "../../src/domain/anime.ts";
import type { FranchiseSongs } from "../../src/domain/franchise.ts";
import type { Candidate, Identification } from "../../src/domain/identification.ts";
import type { Poster } from "../../src/domain/poster.ts";
import { OpfindError } from "../../src/errors.ts";
import type { GallerySearch } from "../../src/pipeline/gallery-search.ts";
import type { Hit } from "../../src/pipeline/hits.ts";
import type { Reindexing, ReindexJob } from "../../src/pipeline/reindexing.ts";
import type { Resident } from "../../src/pipeline/resident.ts";

/** The anime that the double knows; 404 is one that nobody knows. */
export const KNOWN = 16498;
export const UNKNOWN = 404;

export const ANIME: Anime = {
  anilistId: KNOWN,
  malId: 16498,
  title: { romaji: "Shingeki no Kyojin", english: "Attack on Titan", native: "進撃の巨人" },
  synonyms: ["AoT"],
  format: "TV",
  startDate: { year: 2013, month: 4, day: 7 },
  episodes: 25,
  isAiring: false,
  isAdult: false,
  coverUrl: "https://covers.test/16498.jpg",
  siteUrl: "https://anilist.co/anime/16498",
};

const POSTER: Poster = {
  posterId: 7,
  anilistId: KNOWN,
  title: ANIME.title.romaji,
  sha256: "ab".repeat(32),
  file: "ab/ab.jpg",
  source: "import",
  addedAt: "2026-01-02T03:04:05.000Z",
  addedBy: null,
};

const HIT: Hit = { posterId: 8, anilistId: 21, title: "One Piece", franchiseId: null, score: 0.71 };

const CANDIDATE: Candidate = {
  anilistId: KNOWN,
  title: ANIME.title.romaji,
  confidence: 0.998,
  score: 0.97,
  posterId: POSTER.posterId,
  sameArtwork: [20958],
};

export const MATCH: Identification = {
  verdict: { kind: "match", best: CANDIDATE, candidates: [CANDIDATE] },
  timings: [{ stage: "embed", ms: 21.456 }],
};

export const SONGS: FranchiseSongs = {
  seasons: [
    {
      anime: ANIME,
      role: { kind: "season", number: 1 },
      openings: [
        {
          kind: "OP",
          sequence: 1,
          group: null,
          title: { romaji: "Guren no Yumiya", native: "紅蓮の弓矢" },
          artists: [{ name: "Linked Horizon", aliasOf: null, character: null }],
          versions: [
            {
              version: 1,
              episodes: [{ from: 1, to: 13 }],
              notes: null,
              isSpoiler: false,
              isNsfw: false,
              videoUrl: "https://v.test/1.webm",
              audioUrl: null,
            },
          ],
          source: "animethemes",
          raw: null,
        },
      ],
      endings: [],
      isStale: false,
    },
  ],
  isCut: false,
  missing: [{ part: "songs", source: "tenrai", reason: "down", detail: "Tenrai is down." }],
};

/** A resident that answers at once with one invented gallery; a test replaces what it asks about. */
export function residentDouble(changes: Partial<Resident> = {}): Resident {
  return {
    identify: async () => MATCH,
    readTierList: async () => ({
      rows: [
        {
          row: 1,
          colour: "#ff7f7f",
          cells: [{ box: { left: 0, top: 0, width: 10, height: 14 }, verdict: MATCH.verdict }],
        },
      ],
      unread: 0,
    }),
    search: searchDouble(),
    songsOf: async (anilistId) => {
      if (anilistId === UNKNOWN) throw new OpfindError("anime-unknown", "No source knows it.");
      return SONGS;
    },
    suggest: async () => [ANIME],
    findTitle: async () => ({ found: [ANIME], failure: null }),
    card: async (anilistId) => (anilistId === UNKNOWN ? null : ANIME),
    labels: async () => [],
    posterImage: async () => null,
    learn: async () => ({ kind: "added", posterId: 9, sha256: "cd".repeat(32) }),
    learnCover: async () => ({ kind: "added", posterId: 9, sha256: "cd".repeat(32) }),
    forget: async () => true,
    reindexing: reindexingDouble(),
    facts: async () => ({
      modelId: "opfind-v1@abc",
      dimension: 512,
      device: "cpu",
      indexKind: "exact",
      posters: 1,
      embeddings: 5,
      waiting: 0,
      running: 0,
    }),
    ...changes,
  };
}

export function searchDouble(changes: Partial<GallerySearch> = {}): GallerySearch {
  return {
    byPicture: async () => [HIT],
    byPoster: async (posterId) => (posterId === UNKNOWN ? null : [HIT]),
    byAnime: async (anilistId) =>
      anilistId === UNKNOWN
        ? null
        : { anilistId, title: POSTER.title, franchiseId: null, similar: [{ hit: HIT, ownPosterId: POSTER.posterId }] },
    postersOf: async (anilistId) => (anilistId === UNKNOWN ? [] : [POSTER]),
    version: async () => "0",
    ...changes,
  };
}

/** Jobs that stay where they are until they are cancelled. */
function reindexingDouble(): Reindexing {
  let latest: ReindexJob | null = null;
  return {
    async start(wish) {
      if (latest?.state === "running") throw new OpfindError("reindex-running", "One is running already.");
      const job = { stage: "embedding", done: 3, total: 10, unreadable: 0, endedAt: null, failure: null } as const;
      latest = { ...wish, ...job, jobId: 1, state: "running", startedAt: "2026-01-02T03:04:05.000Z" };
      return latest;
    },
    latest: async () => latest,
    async cancel() {
      if (latest) latest = { ...latest, state: "cancelled", endedAt: "2026-01-02T03:05:05.000Z" };
      return latest !== null;
    },
    resume: async () => null,
    watch: () => () => {},
  };
}
