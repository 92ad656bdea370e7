/**
 * What the bot keeps: buttons that outlive it, what people confirmed, what each server wants. Ids of Discord are text:
 * they do not fit into a number of JavaScript. Moments are milliseconds since the epoch where they are compared.
 */
export const DISCORD_TABLES = `
  CREATE TABLE pending_choices (
    request_id TEXT PRIMARY KEY,
    asker_id   TEXT NOT NULL,
    guild_id   TEXT,
    expires_at INTEGER NOT NULL,
    state      TEXT NOT NULL
  ) STRICT;
  CREATE INDEX pending_choices_by_expiry ON pending_choices (expires_at);

  -- Pictures that may still become posters. They go when they did, or with their choice.
  CREATE TABLE pending_images (
    image_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL REFERENCES pending_choices ON DELETE CASCADE,
    picture    INTEGER NOT NULL,
    file       TEXT NOT NULL,
    size       INTEGER NOT NULL,
    bytes      BLOB NOT NULL,
    UNIQUE (request_id, picture)
  ) STRICT;

  CREATE TABLE confirmations (
    confirmation_id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id  TEXT NOT NULL,
    picture     INTEGER NOT NULL,
    anilist_id  INTEGER NOT NULL,
    title       TEXT NOT NULL,
    poster_id   INTEGER,
    is_new      INTEGER NOT NULL,
    owes_cover  INTEGER NOT NULL,
    user_id     TEXT NOT NULL,
    guild_id    TEXT,
    channel_id  TEXT,
    at          INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('awaiting', 'confirmed', 'undone', 'rejected')),
    decided_by  TEXT
  ) STRICT;
  -- The promise that nothing is learnt twice: a picture of a question has one confirmation that stands.
  CREATE UNIQUE INDEX confirmations_once ON confirmations (request_id, picture)
    WHERE state IN ('awaiting', 'confirmed');
  CREATE INDEX confirmations_by_user ON confirmations (user_id, at);
  CREATE INDEX confirmations_by_guild ON confirmations (guild_id, at);
  CREATE INDEX confirmations_owing ON confirmations (anilist_id) WHERE owes_cover = 1;

  CREATE TABLE guild_settings (
    guild_id TEXT PRIMARY KEY,
    settings TEXT NOT NULL
  ) STRICT;

  -- What Discord was told last, so that unchanged commands are not sent again.
  CREATE TABLE deployed_commands (
    scope TEXT PRIMARY KEY,
    hash  TEXT NOT NULL
  ) STRICT;
`;

/** A word that awaited a moderator may end without one. SQLite changes a CHECK only with its table. */
export const EXPIRING_CONFIRMATIONS = `
  CREATE TABLE confirmations_anew (
    confirmation_id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id  TEXT NOT NULL,
    picture     INTEGER NOT NULL,
    anilist_id  INTEGER NOT NULL,
    title       TEXT NOT NULL,
    poster_id   INTEGER,
    is_new      INTEGER NOT NULL,
    owes_cover  INTEGER NOT NULL,
    user_id     TEXT NOT NULL,
    guild_id    TEXT,
    channel_id  TEXT,
    at          INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('awaiting', 'confirmed', 'undone', 'rejected', 'expired')),
    decided_by  TEXT
  ) STRICT;
  INSERT INTO confirmations_anew SELECT * FROM confirmations;
  DROP TABLE confirmations;
  ALTER TABLE confirmations_anew RENAME TO confirmations;
  CREATE UNIQUE INDEX confirmations_once ON confirmations (request_id, picture)
    WHERE state IN ('awaiting', 'confirmed');
  CREATE INDEX confirmations_by_user ON confirmations (user_id, at);
  CREATE INDEX confirmations_by_guild ON confirmations (guild_id, at);
  CREATE INDEX confirmations_owing ON confirmations (anilist_id) WHERE owes_cover = 1;
  CREATE INDEX confirmations_waiting ON confirmations (request_id, picture) WHERE state = 'awaiting';
`;
