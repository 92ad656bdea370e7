import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Identification } from "../domain/identification.ts";
import type { Poster } from "../domain/poster.ts";
import { SharedRequest } from "../shared-request.ts";
import type { AnimeLikeness } from "./gallery-search.ts";
import type { Hit } from "./hits.ts";
import type { Resident } from "./resident.ts";

/** Of each kind of question; the largest answer, a full page of hits, has some 20 kB. */
const MOST_ANSWERS = 1_000;
/** The gallery's version is part of every key; this bounds how long anything else that changes goes unseen. */
const KEEP_MS = 10 * 60_000;

/** What is asked of a resident again and again. */
export type Answering = Pick<Resident, "identify" | "search">;

/** Remembers what was answered, by the content of what was asked, until the gallery changes. Equal questions wait for one answer. */
export function rememberAnswers(resident: Answering): Answering {
  const { search } = resident;
  const version = () => search.version();
  const identified = memory<Identification>(version);
  const postersOf = memory<readonly Poster[]>(version);
  const byPoster = memory<readonly Hit[] | null>(version);
  const byAnime = memory<AnimeLikeness | null>(version);
  const byPicture = memory<readonly Hit[]>(version);
  return {
    identify: (bytes, turn, signal) =>
      identified(contentOf(bytes), (all) => resident.identify(bytes, turn, all), signal),
    search: {
      version,
      postersOf: (anilistId, signal) => postersOf(anilistId, (all) => search.postersOf(anilistId, all), signal),
      byPoster: (id, wish, signal) => byPoster([id, wish], (all) => search.byPoster(id, wish, all), signal),
      byAnime: (id, wish, signal) => byAnime([id, wish], (all) => search.byAnime(id, wish, all), signal),
      byPicture: (bytes, wish, signal) =>
        byPicture([contentOf(bytes), { ...wish, turn: null }], (all) => search.byPicture(bytes, wish, all), signal),
    },
  };
}

type Remembering<Told> = (
  about: unknown,
  ask: (signal: AbortSignal) => Promise<Told>,
  signal: AbortSignal,
) => Promise<Told>;

function memory<Told extends object | null>(version: () => Promise<string>): Remembering<Told> {
  const answers = new LRUCache<string, Told & object>({ max: MOST_ANSWERS, ttl: KEEP_MS });
  const asked = new Map<string, SharedRequest<Told>>();
  return async (about, ask, signal) => {
    const key = JSON.stringify([await version(), about]);
    const known = answers.get(key);
    if (known) return known;
    const former = asked.get(key);
    if (former && !former.isCancelled) return await former.join(signal);
    const request: SharedRequest<Told> = new SharedRequest(async (all) => {
      try {
        const told = await ask(all);
        if (told !== null) answers.set(key, told);
        return told;
      } finally {
        if (asked.get(key) === request) asked.delete(key);
      }
    });
    asked.set(key, request);
    return await request.join(signal);
  };
}

function contentOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
