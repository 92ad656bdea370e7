import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Resident } from "./resident.ts";

/** Of each kind of question; the largest answer, a full page of hits, has some 20 kB. */
const MOST_ANSWERS = 1_000;
/** The gallery's version is part of every key; this bounds how long anything else that changes goes unseen. */
const KEEP_MS = 10 * 60_000;

/** What is asked of a resident again and again. */
export type Answering = Pick<Resident, "identify" | "search">;

/** Remembers what was answered, by the content of what was asked, until the gallery changes. */
export function rememberAnswers(resident: Answering): Answering {
  const { search } = resident;
  const version = () => search.version();
  const identified = memory(version, resident.identify.bind(resident));
  const postersOf = memory(version, search.postersOf.bind(search));
  const byPoster = memory(version, search.byPoster.bind(search));
  const byAnime = memory(version, search.byAnime.bind(search));
  const byPicture = memory(version, search.byPicture.bind(search));
  return {
    identify: (bytes, turn, signal) => identified(contentOf(bytes), [bytes, turn, signal]),
    search: {
      version,
      postersOf: (anilistId, signal) => postersOf(anilistId, [anilistId, signal]),
      byPoster: (posterId, wish, signal) => byPoster([posterId, wish], [posterId, wish, signal]),
      byAnime: (anilistId, wish, signal) => byAnime([anilistId, wish], [anilistId, wish, signal]),
      byPicture: (bytes, wish, signal) => byPicture([contentOf(bytes), { ...wish, turn: null }], [bytes, wish, signal]),
    },
  };
}

function memory<Question extends readonly unknown[], Told extends object | null>(
  version: () => Promise<string>,
  ask: (...question: Question) => Promise<Told>,
): (about: unknown, question: Question) => Promise<Told> {
  const answers = new LRUCache<string, Told & object>({ max: MOST_ANSWERS, ttl: KEEP_MS });
  return async (about, question) => {
    const key = JSON.stringify([await version(), about]);
    const known = answers.get(key);
    if (known) return known;
    const told = await ask(...question);
    if (told !== null) answers.set(key, told);
    return told;
  };
}

function contentOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
