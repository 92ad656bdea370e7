import type { Database } from "better-sqlite3";

/**
 * The log itself, what only describes the backup, how far a re-index is, which is news with every poster, and what goes
 * with a picture that waits for a click.
 */
const NOT_LOGGED = ["changes", "archived", "reindex_jobs", "pending_choices", "pending_images", "begun_confirmations"];
const PREFIX = "opfind_log_";
const OUR_TRIGGERS = `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name GLOB '${PREFIX}*'`;

/** Marks in the log that are no row of a table: the end of a transaction, and new scripts of the schema. */
export const COMMIT = ":commit";
export const SCHEMA = ":schema";

/** True from the first backup on: every change of every table is logged. */
export function isLogging(database: Database): boolean {
  return database.prepare(OUR_TRIGGERS).get() !== undefined;
}

/** Makes triggers log every change of every table; call it inside a write transaction. */
export function startLogging(database: Database): void {
  for (const table of loggedTables(database)) {
    for (const trigger of triggersOf(database, table)) database.exec(trigger);
  }
}

/** Call it inside a write transaction. */
export function stopLogging(database: Database): void {
  const names = database.prepare<[], string>(OUR_TRIGGERS).pluck().all();
  for (const name of names) database.exec(`DROP TRIGGER ${quoted(name)}`);
}

export function loggedTables(database: Database): readonly string[] {
  return database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .pluck()
    .all()
    .filter((name) => !NOT_LOGGED.includes(name));
}

/** The columns that name a row: its declared primary key, else its row id. */
export function keyOf(database: Database, table: string): readonly string[] {
  const key = database
    .prepare<[string], string>("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk")
    .pluck()
    .all(table);
  return key.length > 0 ? key : ["rowid"];
}

export function columnsOf(database: Database, table: string): readonly string[] {
  return database.prepare<[string], string>("SELECT name FROM pragma_table_info(?) ORDER BY cid").pluck().all(table);
}

/** A row as JSON, `{"column": value}`; `of` is NEW, OLD or the table. */
export function rowJson(of: string, columns: readonly string[]): string {
  return `json_object(${columns.map((column) => `${text(column)}, ${valueJson(`${of}.${quoted(column)}`)}`).join(", ")})`;
}

/**
 * A value out of JSON that `valueJson` wrote. SQLite reads it, never JavaScript: its whole numbers have 64 bits.
 * @param path of json_extract
 */
export function valueIn(json: string, path: string): string {
  const value = `json_extract(${json}, ${text(path)})`;
  return `CASE json_type(${json}, ${text(path)}) WHEN 'object' THEN unhex(json_extract(${json}, ${text(`${path}.hex`)})) ELSE ${value} END`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Each change leaves a line: which row, and what it was before (null: it was not there). What it became is the next
 * line's `before`, or what the table holds; so a new embedding costs the log some bytes and not its vector again.
 */
function triggersOf(database: Database, table: string): readonly string[] {
  const columns = columnsOf(database, table);
  const keys = keyOf(database, table);
  const key = (of: string) => `json_array(${keys.map((column) => valueJson(`${of}.${quoted(column)}`)).join(", ")})`;
  const was = `${text(table)}, ${key("OLD")}, ${rowJson("OLD", columns)}`;
  const came = `${text(table)}, ${key("NEW")}, NULL`;
  const log = "INSERT INTO changes (name, key, before)";
  const trigger = (event: string, body: string) =>
    `CREATE TRIGGER ${quoted(`${PREFIX}${event.toLowerCase()}_${table}`)} AFTER ${event} ON ${quoted(table)} BEGIN ${body} END`;
  return [
    trigger("INSERT", `${log} VALUES (${came});`),
    trigger("DELETE", `${log} VALUES (${was});`),
    trigger("UPDATE", `${log} VALUES (${was}); ${log} SELECT ${came} WHERE ${key("NEW")} <> ${key("OLD")};`),
  ];
}

/** JSON has no bytes: a blob becomes `{"hex": "…"}`. */
function valueJson(value: string): string {
  return `json(CASE typeof(${value}) WHEN 'blob' THEN '{"hex":"' || hex(${value}) || '"}' ELSE json_quote(${value}) END)`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
