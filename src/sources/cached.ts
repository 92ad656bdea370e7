import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Theme } from "../domain/theme.ts";
import { OpfindError } from "../errors.ts";
import type { AnimeMemory, AnimeNode, AnimeSource, Clock, ThemeMemory, ThemeSource } from "../pipeline/ports.ts";
import { AnswerCache } from "./answer-cache.ts";
import type { Cache } from "./cache.ts";
import { AnimeNodeShape, ThemesShape } from "./cached-shape.ts";

const HOUR_MS = 3_600_000;
/** How long answers count as new: what is on air changes. "Not known" is asked again soon. */
const FRESH_MS = {
  card: 24 * HOUR_MS,
  airingCard: 6 * HOUR_MS,
  themes: 7 * 24 * HOUR_MS,
  airingThemes: 12 * HOUR_MS,
  unknown: HOUR_MS,
} as const;

interface Deps {
  readonly cache: Cache;
  readonly clock: Pick<Clock, "now">;
}

/** Puts a cache before an anime source: single-flight, and old answers while it is down. */
export function cachedAnime(source: AnimeSource, deps: Deps): AnimeMemory {
  const cards = new AnswerCache<AnilistId, AnimeNode>(
    {
      name: `v1:anime:${source.name}`,
      idOf: (id) => id,
      perRequest: 50,
      shape: AnimeNodeShape,
      ask: (ids, signal) => source.anime(ids, signal),
      freshMs: (_, node) => (node ? (node.anime.isAiring ? FRESH_MS.airingCard : FRESH_MS.card) : FRESH_MS.unknown),
    },
    deps,
  );
  return {
    name: source.name,
    anime: (ids, signal) => cards.answer([...new Set(ids)], signal),
    searchTitle: (title, limit, signal) => source.searchTitle(title, limit, signal),
  };
}

/**
 * Puts a cache before a theme source.
 * @param perRequest how many anime the source answers in one request; one failure costs that many answers
 */
export function cachedThemes(source: ThemeSource, perRequest: number, deps: Deps): ThemeMemory {
  const themes = new AnswerCache<Anime, readonly Theme[]>(
    {
      name: `v1:themes:${source.name}`,
      idOf: ({ anilistId }) => anilistId,
      perRequest,
      shape: ThemesShape,
      ask: (anime, signal) => source.themes(anime, signal),
      freshMs: ({ isAiring }, found) =>
        found ? (isAiring ? FRESH_MS.airingThemes : FRESH_MS.themes) : FRESH_MS.unknown,
    },
    deps,
  );
  return { name: source.name, themes: (anime, signal) => themes.answer(anime, signal) };
}

/** A source that needs no cache, like the bundled snapshot. */
export function uncachedAnime(source: AnimeSource): AnimeMemory {
  return {
    name: source.name,
    anime: (ids, signal) => told(source.anime(ids, signal)),
    searchTitle: (title, limit, signal) => source.searchTitle(title, limit, signal),
  };
}

export function uncachedThemes(source: ThemeSource): ThemeMemory {
  return { name: source.name, themes: (anime, signal) => told(source.themes(anime, signal)) };
}

async function told<Told>(answer: Promise<ReadonlyMap<AnilistId, Told>>) {
  try {
    return { found: await answer, stale: new Set<AnilistId>(), failure: null };
  } catch (failure) {
    if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    return { found: new Map<AnilistId, Told>(), stale: new Set<AnilistId>(), failure };
  }
}
