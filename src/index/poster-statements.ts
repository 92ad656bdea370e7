import type { Database } from "better-sqlite3";
import type { PosterLabel } from "../pipeline/ports.ts";

export interface PosterRow {
  readonly posterId: number;
  readonly anilistId: number;
  readonly sha256: string;
  readonly file: string | null;
  readonly source: string;
  readonly addedAt: string;
  readonly addedBy: string | null;
  readonly malId: number | null;
  readonly romaji: string;
  readonly english: string | null;
  readonly native: string | null;
  readonly franchiseId: number | null;
}

interface EmbeddingRow {
  readonly embeddingId: number;
  readonly posterId: number;
  readonly view: string;
  readonly vector: Buffer;
}

const POSTER = `
  SELECT poster_id posterId, p.anilist_id anilistId, sha256, file, source, added_at addedAt, added_by addedBy,
         mal_id malId, romaji, english, native, franchise_id franchiseId
  FROM posters p JOIN anime a USING (anilist_id)`;
const EMBEDDING = "SELECT embedding_id embeddingId, poster_id posterId, view, vector FROM embeddings";
/** Long streams are read page by page: an open cursor would forbid this connection to write meanwhile. */
const PAGE = "LIMIT 512";

export type PosterStatements = ReturnType<typeof prepareStatements>;

/** Every statement of the poster store, compiled once. */
export function prepareStatements(database: Database) {
  return { ...reading(database), ...writing(database), ...deriving(database) };
}

function reading(database: Database) {
  return {
    poster: database.prepare<[number], PosterRow>(`${POSTER} WHERE poster_id = ?`),
    // One statement for all: asked one by one, the hundred posters of a search take three times as long.
    labels: database.prepare<[string], PosterLabel>(
      `SELECT poster_id posterId, p.anilist_id anilistId, romaji title, franchise_id franchiseId
       FROM json_each(?) JOIN posters p ON p.poster_id = value JOIN anime a USING (anilist_id)`,
    ),
    posterOf: database.prepare<[string, number], PosterRow>(`${POSTER} WHERE sha256 = ? AND p.anilist_id = ?`),
    count: database.prepare<[], number>("SELECT count(*) FROM posters").pluck(),
    posters: database.prepare<[number], PosterRow>(`${POSTER} WHERE poster_id > ? ORDER BY poster_id ${PAGE}`),
    postersOf: database.prepare<[number], PosterRow>(`${POSTER} WHERE p.anilist_id = ? ORDER BY poster_id`),
    withoutEmbeddings: database.prepare<[number, string], PosterRow>(
      `${POSTER} WHERE poster_id > ? AND file IS NOT NULL AND NOT EXISTS
         (SELECT 1 FROM embeddings e WHERE e.poster_id = p.poster_id AND e.model_id = ?) ORDER BY poster_id ${PAGE}`,
    ),
    fileOf: database
      .prepare<[string], string>("SELECT file FROM posters WHERE sha256 = ? AND file IS NOT NULL LIMIT 1")
      .pluck(),
    usesOf: database
      .prepare<[string, string], number>("SELECT count(*) FROM posters WHERE sha256 = ? AND file = ?")
      .pluck(),
    embeddings: database.prepare<[string, number], EmbeddingRow>(
      `${EMBEDDING} WHERE model_id = ? AND embedding_id > ? ORDER BY embedding_id ${PAGE}`,
    ),
    embeddingsOf: database.prepare<[number, string], EmbeddingRow>(
      // The + keeps SQLite to the index by poster: it would read all of a model's rows to have them in order.
      `${EMBEDDING} WHERE poster_id = ? AND model_id = ? ORDER BY +embedding_id`,
    ),
    allEmbeddingsOf: database.prepare<[number], EmbeddingRow & { readonly modelId: string }>(
      "SELECT embedding_id embeddingId, poster_id posterId, model_id modelId, view, vector FROM embeddings WHERE poster_id = ? ORDER BY +embedding_id",
    ),
    hasEmbeddings: database
      .prepare<[number, string], number>("SELECT count(*) FROM embeddings WHERE poster_id = ? AND model_id = ?")
      .pluck(),
  };
}

function writing(database: Database) {
  return {
    saveAnime: database.prepare<[number, number | null, string, string | null, string | null, number | null]>(
      `INSERT INTO anime VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         romaji = excluded.romaji, mal_id = coalesce(excluded.mal_id, mal_id),
         english = coalesce(excluded.english, english), native = coalesce(excluded.native, native),
         franchise_id = coalesce(excluded.franchise_id, franchise_id)`,
    ),
    addPoster: database.prepare<[number, string, string | null, string, string, string | null]>(
      "INSERT INTO posters (anilist_id, sha256, file, source, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    addImage: database.prepare<[string, string, string | null, number]>(
      "UPDATE posters SET file = ?, source = ?, added_by = ? WHERE poster_id = ?",
    ),
    setSource: database.prepare<[string, string, number]>(
      "UPDATE posters SET source = ? WHERE sha256 = ? AND anilist_id = ?",
    ),
    addEmbedding: database.prepare<[number, string, string, Buffer]>(
      "INSERT OR IGNORE INTO embeddings (poster_id, model_id, view, vector) VALUES (?, ?, ?, ?)",
    ),
    removeEmbeddings: database.prepare<[number, string]>("DELETE FROM embeddings WHERE poster_id = ? AND model_id = ?"),
    removePoster: database.prepare<[number]>("DELETE FROM posters WHERE poster_id = ?"),
    removeUnusedAnime: database.prepare<[number]>(
      "DELETE FROM anime WHERE anilist_id = ? AND anilist_id NOT IN (SELECT anilist_id FROM posters)",
    ),
    logRemoval: database.prepare<[number]>("INSERT INTO removals (poster_id) VALUES (?)"),
  };
}

/** What derived indexes ask to see whether they still fit. */
function deriving(database: Database) {
  return {
    storeId: database.prepare<[], string>("SELECT id FROM store").pluck(),
    isHeld: database
      .prepare<[], number>("SELECT EXISTS (SELECT 1 FROM changes WHERE name = 'posters' AND before IS NOT NULL)")
      .pluck(),
    hasHistory: database
      .prepare<[], number>("SELECT EXISTS (SELECT 1 FROM posters) OR EXISTS (SELECT 1 FROM removals)")
      .pluck(),
    lacksStarter: database
      .prepare<[string], number>(
        `SELECT EXISTS (SELECT 1 FROM posters p WHERE source = 'starter' AND file IS NULL AND NOT EXISTS
           (SELECT 1 FROM embeddings e WHERE e.poster_id = p.poster_id AND e.model_id = ?))`,
      )
      .pluck(),
    countUpTo: database
      .prepare<[string, number], number>("SELECT count(*) FROM embeddings WHERE model_id = ? AND embedding_id <= ?")
      .pluck(),
    lastEmbedding: database
      .prepare<[string], number | null>("SELECT max(embedding_id) FROM embeddings WHERE model_id = ?")
      .pluck(),
    lastRemoval: database.prepare<[], number | null>("SELECT max(removal_id) FROM removals").pluck(),
    removalsAfter: database
      .prepare<[number], number>("SELECT poster_id FROM removals WHERE removal_id > ? ORDER BY removal_id")
      .pluck(),
    quickCheck: database.prepare<[], string>("PRAGMA quick_check(5)").pluck(),
  };
}
