import { join } from "node:path";
import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Theme } from "../domain/theme.ts";
import type { AnimeNode, AnimeSource, ThemeSource } from "../pipeline/ports.ts";
import { readSnapshotFile, type SnapshotHeader, type SnapshotRow, type SnapshotTheme } from "./snapshot-file.ts";
import { franchiseIds } from "./snapshot-franchise.ts";
import { buildTitleSearch, type TitleSearch } from "./snapshot-search.ts";
import { abortedFailure } from "./source-failure.ts";

interface Loaded {
  readonly header: SnapshotHeader;
  readonly rows: ReadonlyMap<AnilistId, SnapshotRow>;
  readonly franchises: ReadonlyMap<AnilistId, AnilistId>;
  readonly search: TitleSearch;
}

/**
 * The bundled facts about the starter gallery and its franchises: the last source, which no outage reaches.
 * What it does not know is absent. Its relations and most songs are of 2018, so newer seasons may lack.
 * The file is read on the first question.
 */
export class Snapshot implements AnimeSource, ThemeSource {
  readonly name = "snapshot" as const;
  readonly #file: string;
  #loaded: Promise<Loaded> | undefined;

  /** @param home folder of the checkout or the installed package */
  constructor(home: string) {
    this.#file = join(home, "embeddings/starter/snapshot.jsonl.gz");
  }

  async anime(ids: readonly AnilistId[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, AnimeNode>> {
    const { rows } = await this.#load(signal);
    return new Map(present(rows, ids).map((row) => [row.id, { anime: toAnime(row), relations: toRelations(row) }]));
  }

  async searchTitle(title: string, limit: number, signal: AbortSignal): Promise<readonly Anime[]> {
    const { rows, search } = await this.#load(signal);
    return present(rows, search.find(title, limit)).map(toAnime);
  }

  async themes(anime: readonly Anime[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, readonly Theme[]>> {
    const { rows } = await this.#load(signal);
    const ids = anime.map(({ anilistId }) => anilistId);
    return new Map(present(rows, ids).flatMap(({ id, themes }) => (themes ? [[id, themes.map(toTheme)]] : [])));
  }

  /**
   * The smallest AniList id of the anime's franchise, equal for all its titles; null when the snapshot does not know
   * the anime's relations, since it then may belong to another franchise.
   * @throws OpfindError like the ports
   */
  async franchiseIdOf(id: AnilistId, signal: AbortSignal): Promise<AnilistId | null> {
    return (await this.#load(signal)).franchises.get(id) ?? null;
  }

  /** Version, date and sources of the facts, for doctor. @throws OpfindError like the ports */
  async about(signal: AbortSignal): Promise<SnapshotHeader> {
    return (await this.#load(signal)).header;
  }

  async #load(signal: AbortSignal): Promise<Loaded> {
    if (signal.aborted) throw abortedFailure(signal);
    this.#loaded ??= load(this.#file);
    try {
      return await this.#loaded;
    } catch (failure) {
      // Whoever repairs the file while we run gets an answer: the next question reads it again.
      this.#loaded = undefined;
      throw failure;
    }
  }
}

async function load(file: string): Promise<Loaded> {
  const { header, rows } = await readSnapshotFile(file);
  return { header, rows, franchises: franchiseIds(rows), search: buildTitleSearch(rows.values()) };
}

function present(rows: ReadonlyMap<AnilistId, SnapshotRow>, ids: readonly AnilistId[]): readonly SnapshotRow[] {
  return ids.flatMap((id) => rows.get(id) ?? []);
}

function toAnime(row: SnapshotRow): Anime {
  const [year = null, month = null, day = null] = row.date ?? [];
  return {
    anilistId: row.id,
    malId: row.mal ?? null,
    title: { romaji: row.romaji, english: row.english ?? null, native: row.native ?? null },
    synonyms: row.synonyms ?? [],
    format: row.format ?? null,
    startDate: { year, month, day },
    episodes: row.episodes ?? null,
    // Facts of a past day cannot say what runs today.
    isAiring: false,
    isAdult: row.adult ?? false,
    coverUrl: null,
    siteUrl: `https://anilist.co/anime/${row.id}`,
  };
}

function toRelations({ relations = [] }: SnapshotRow): AnimeNode["relations"] {
  return relations.map(([kind, anilistId]) => ({ kind, anilistId }));
}

function toTheme({ kind, sequence, group, romaji, native, artists, episodes, notes }: SnapshotTheme): Theme {
  const ranges = episodes?.map(([from, to]) => ({ from, to })) ?? null;
  return {
    kind,
    sequence: sequence ?? null,
    group: group ?? null,
    title: { romaji: romaji ?? null, native: native ?? null },
    artists: (artists ?? []).map(([name, character]) => ({ name, aliasOf: null, character: character ?? null })),
    versions: [
      {
        version: null,
        episodes: ranges,
        notes: notes ?? null,
        isSpoiler: false,
        isNsfw: false,
        videoUrl: null,
        audioUrl: null,
      },
    ],
    source: "snapshot",
    raw: null,
  };
}
