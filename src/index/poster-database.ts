import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import { liveRow } from "./change-log.ts";
import { isLogging, loggedTables, SCHEMA, startLogging, stopLogging } from "./change-triggers.ts";
import { POSTER_MIGRATIONS } from "./poster-schema.ts";
import { openDatabase, translated } from "./sqlite.ts";

/** @param dataDir `Config.dataDir` */
export function posterDatabaseFile(dataDir: string): string {
  return join(dataDir, "embeddings", "posters.sqlite");
}

/**
 * Opens the database of a data folder so that a change of its schema stays in the log of changes. Whoever opens it goes
 * through here.
 * @throws OpfindError store-broken | store-busy | disk-full
 */
export function openPosterDatabase(dataDir: string): Database {
  const file = posterDatabaseFile(dataDir);
  translated(file, () => mkdirSync(join(dataDir, "embeddings"), { recursive: true }));
  return openDatabase(file, POSTER_MIGRATIONS, migrateLogged);
}

/**
 * Runs scripts of the schema on a store whose changes are logged: the scripts are logged themselves, not what they do,
 * and new tables and columns are logged from here on.
 */
export function migrateLogged(database: Database, scripts: readonly string[]): void {
  const wasLogging = isLogging(database);
  const touched = wasLogging ? touchedRows(database) : [];
  if (wasLogging) stopLogging(database);
  const log = (name: string, key: string, before: string | null) =>
    database.prepare("INSERT INTO changes (name, key, before) VALUES (?, ?, ?)").run(name, key, before);
  // What a row became is read from the next line about it, or from the table, which the scripts are about to change:
  // a line before them keeps what it is in the old columns, a line behind them what it becomes in the new ones.
  for (const { name, key, image } of touched) log(name, key, image);
  for (const script of scripts) {
    database.exec(script);
    if (wasLogging) log(SCHEMA, "", script);
  }
  const tables = new Set(loggedTables(database));
  for (const { name, key, image } of touched) if (tables.has(name)) log(name, key, image);
  if (wasLogging) startLogging(database);
}

interface TouchedRow {
  readonly name: string;
  readonly key: string;
  readonly image: string | null;
}

function touchedRows(database: Database): readonly TouchedRow[] {
  const rows = database
    .prepare<[], { name: string; key: string }>("SELECT DISTINCT name, key FROM changes WHERE name NOT GLOB ':*'")
    .all();
  return rows.map(({ name, key }) => ({ name, key, image: liveRow(database, name)(key) }));
}
