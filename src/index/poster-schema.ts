import { BEGUN_TABLES } from "./begun-confirmations.ts";
import { DISCORD_TABLES, EXPIRING_CONFIRMATIONS } from "./discord-schema.ts";

/**
 * The truth, version by version (`user_version`). Row ids are AUTOINCREMENT: an id that was removed never comes back,
 * so an index that still knows it cannot name another anime. A vector is little-endian float32 `[dimension]`.
 * A restored backup runs the scripts of its time again: from the second on they must always do the same, so none of
 * them may ask for the time or for chance; and what triggers of theirs did would be done twice.
 */
export const POSTER_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE store (id TEXT NOT NULL);
  INSERT INTO store VALUES (lower(hex(randomblob(16))));

  CREATE TABLE anime (
    anilist_id   INTEGER PRIMARY KEY,
    mal_id       INTEGER,
    romaji       TEXT NOT NULL,
    english      TEXT,
    native       TEXT,
    franchise_id INTEGER
  ) STRICT;

  CREATE TABLE posters (
    poster_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    anilist_id INTEGER NOT NULL REFERENCES anime,
    sha256     TEXT NOT NULL,
    file       TEXT,
    source     TEXT NOT NULL,
    added_at   TEXT NOT NULL,
    added_by   TEXT,
    UNIQUE (sha256, anilist_id)
  ) STRICT;

  CREATE TABLE embeddings (
    embedding_id INTEGER PRIMARY KEY AUTOINCREMENT,
    poster_id    INTEGER NOT NULL REFERENCES posters ON DELETE CASCADE,
    model_id     TEXT NOT NULL,
    view         TEXT NOT NULL,
    vector       BLOB NOT NULL,
    UNIQUE (poster_id, model_id, view)
  ) STRICT;
  CREATE INDEX embeddings_by_model ON embeddings (model_id, embedding_id);

  -- Derived indexes read here which posters to hide.
  CREATE TABLE removals (
    removal_id INTEGER PRIMARY KEY AUTOINCREMENT,
    poster_id  INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE reindex_jobs (
    job_id         INTEGER PRIMARY KEY AUTOINCREMENT,
    is_full        INTEGER NOT NULL,
    requested_by   TEXT NOT NULL,
    reply          TEXT,
    state          TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled', 'failed')),
    stage          TEXT NOT NULL CHECK (stage IN ('embedding', 'building')),
    done           INTEGER NOT NULL DEFAULT 0,
    total          INTEGER NOT NULL DEFAULT 0,
    unreadable     INTEGER NOT NULL DEFAULT 0,
    -- A full run goes on after this poster.
    last_poster_id INTEGER NOT NULL DEFAULT 0,
    started_at     TEXT NOT NULL,
    ended_at       TEXT,
    failure        TEXT
  ) STRICT;
  CREATE UNIQUE INDEX one_reindex_at_a_time ON reindex_jobs (state) WHERE state = 'running';
  `,
  `
  -- What happened since the last backup, once there was one (change-log.ts). Triggers write it in the very transaction.
  CREATE TABLE changes (
    change_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name      TEXT NOT NULL,
    key       TEXT NOT NULL,
    before    TEXT
  ) STRICT;
  CREATE INDEX changes_by_row ON changes (name, key, change_id);

  -- The piece of a backup that the log goes on from, and the one that is being put there.
  CREATE TABLE archived (
    head    TEXT,
    pending TEXT
  ) STRICT;
  INSERT INTO archived VALUES (NULL, NULL);
  `,
  `
  -- A look at the posters of one anime costs the same however large the gallery is.
  CREATE INDEX posters_by_anime ON posters (anilist_id);
  `,
  DISCORD_TABLES,
  EXPIRING_CONFIRMATIONS,
  BEGUN_TABLES,
];
