import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Franchise, FranchiseEntry, FranchiseSongs, Missing, SeasonSongs } from "../domain/franchise.ts";
import type { Theme } from "../domain/theme.ts";
import { OpfindError } from "../errors.ts";
import { AnimeInquiry } from "./anime-inquiry.ts";
import { missingFor } from "./missing.ts";
import type { AnimeMemory, AnimeNode, ThemeMemory } from "./ports.ts";

/** Finds all seasons of an anime through any means of asking for a layer of it. See sources/franchise-walk.ts. */
type WalkFranchise = (
  askLayer: (ids: readonly AnilistId[], signal: AbortSignal) => Promise<ReadonlyMap<AnilistId, AnimeNode>>,
  start: AnilistId,
  signal: AbortSignal,
) => Promise<Franchise | null>;

/** Sources stand in the order in which they are asked: what one does not know or cannot tell goes to the next. */
export interface SongSources {
  readonly anime: readonly AnimeMemory[];
  readonly themes: readonly ThemeMemory[];
  readonly walk: WalkFranchise;
}

/** Every opening and ending of the franchise of an anime. @throws OpfindError anime-unknown | source-… | aborted */
export type SongsOf = (anilistId: AnilistId, signal: AbortSignal) => Promise<FranchiseSongs>;

/**
 * Asks for the songs of a whole franchise. Outages never fail it while anything can be told: they stand in `missing`,
 * each with its reason, also when another source stepped in.
 */
export function openSongsOf({ anime, themes, walk }: SongSources): SongsOf {
  return async (anilistId, signal) => {
    const inquiry = new AnimeInquiry(anime, anilistId);
    const franchise = await walk((ids, inner) => inquiry.ask(ids, inner), anilistId, signal);
    const songs = await askThemes(franchise ?? alone(anilistId, inquiry), themes, signal);
    const isAnyFound = songs.seasons.some(({ openings, endings }) => openings.length + endings.length > 0);
    if (!franchise && !isAnyFound) throw inquiry.failure ?? unknown(anilistId);
    const seasons = songs.seasons.map((season) => markStale(season, inquiry.stale));
    return { seasons, isCut: franchise?.isCut ?? false, missing: [...inquiry.missing(), ...songs.missing] };
  };
}

/** With identity out of reach, the songs of the one anime can still be asked for by its id. */
function alone(anilistId: AnilistId, inquiry: AnimeInquiry): Franchise {
  if (!inquiry.failure) throw unknown(anilistId);
  const anime: Anime = {
    anilistId,
    malId: null,
    title: { romaji: `AniList ${anilistId}`, english: null, native: null },
    synonyms: [],
    format: null,
    startDate: { year: null, month: null, day: null },
    episodes: null,
    isAiring: false,
    isAdult: false,
    coverUrl: null,
    siteUrl: `https://anilist.co/anime/${anilistId}`,
  };
  return { entries: [{ anime, role: { kind: "other" } }], isCut: false };
}

function unknown(anilistId: AnilistId): OpfindError {
  return new OpfindError("anime-unknown", `No source knows an anime with the AniList id ${anilistId}.`, {
    details: { anilistId },
  });
}

function markStale(season: SeasonSongs, stale: ReadonlySet<AnilistId>): SeasonSongs {
  return { ...season, isStale: season.isStale || stale.has(season.anime.anilistId) };
}

/** The whole franchise in one question per source; only what a source does not know goes on to the next. */
async function askThemes({ entries }: Franchise, sources: readonly ThemeMemory[], signal: AbortSignal) {
  const found = new Map<AnilistId, readonly Theme[]>();
  const stale = new Set<AnilistId>();
  const missing: Missing[] = [];
  for (const source of sources) {
    const wanted = entries.map(({ anime }) => anime).filter(({ anilistId }) => !found.has(anilistId));
    if (wanted.length === 0) break;
    const answer = await source.themes(wanted, signal);
    for (const [id, themes] of answer.found) found.set(id, themes);
    for (const id of answer.stale) stale.add(id);
    if (answer.failure) missing.push(missingFor("songs", source.name, answer.failure));
  }
  const seasons = entries.map((entry) => toSeason(entry, found.get(entry.anime.anilistId) ?? [], stale));
  return { seasons, missing: [...missing, ...uncatalogued(entries, found, sources)] };
}

function toSeason(entry: FranchiseEntry, themes: readonly Theme[], stale: ReadonlySet<AnilistId>): SeasonSongs {
  const ordered = [...themes].sort(byPlace);
  return {
    ...entry,
    openings: ordered.filter(({ kind }) => kind === "OP"),
    endings: ordered.filter(({ kind }) => kind === "ED"),
    isStale: stale.has(entry.anime.anilistId),
  };
}

/** The main group first, then by number; the source's own order where both are the same. */
function byPlace(a: Theme, b: Theme): number {
  const groups = (a.group ?? "").localeCompare(b.group ?? "", "en");
  return groups || (a.sequence ?? 1) - (b.sequence ?? 1);
}

/** "Has no songs" and "nobody wrote its songs down" look alike in a list: the second is said. */
function uncatalogued(
  entries: readonly FranchiseEntry[],
  found: ReadonlyMap<AnilistId, unknown>,
  [first]: readonly ThemeMemory[],
): readonly Missing[] {
  if (!first) return [];
  return entries
    .filter(({ anime }) => !found.has(anime.anilistId))
    .map(({ anime }) => ({
      part: "songs",
      source: first.name,
      reason: "not-catalogued",
      detail: `No source that answered lists songs of ${anime.title.romaji} (AniList ${anime.anilistId}).`,
    }));
}
