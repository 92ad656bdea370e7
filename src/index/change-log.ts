import type { Database } from "better-sqlite3";
import type { Clock } from "../pipeline/ports.ts";
import { COMMIT, columnsOf, keyOf, quoted, rowJson, SCHEMA, valueIn } from "./change-triggers.ts";
import { translated } from "./sqlite.ts";

/**
 * Runs `work` as one transaction and marks its end in the log of changes: a moment that a backup can go back to. Changes
 * of other programs carry no mark; they belong to the next one.
 * @throws OpfindError disk-full | store-busy | store-broken
 */
export function writeLogged<Result>(database: Database, clock: Clock, work: () => Result): Result {
  const logged = () => {
    const result = work();
    database.prepare(MARK).run(COMMIT, new Date(clock.now()).toISOString(), COMMIT);
    return result;
  };
  return translated(database.name, () => database.transaction(logged).immediate());
}

/** Only where something was logged: without a backup the log is empty, and stays so. */
const MARK = `
  INSERT INTO changes (name, key) SELECT ?, ? WHERE EXISTS
    (SELECT 1 FROM (SELECT name FROM changes ORDER BY change_id DESC LIMIT 1) WHERE name <> ?)`;

/** Number of the newest change there ever was; 0 before the first. */
export function logPosition(database: Database): number {
  const seq = database.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").pluck();
  return seq.get() ?? 0;
}

/**
 * The end of the next part of the log: the last end of a transaction among the next `limit` changes, or the first one
 * behind them. @returns null when nothing came after `after`
 */
export function nextEnd(database: Database, after: number, limit: number): number | null {
  const one = (sql: string, ...values: unknown[]) =>
    database
      .prepare<unknown[], number | null>(sql)
      .pluck()
      .get(...values);
  return (
    one(
      "SELECT max(change_id) FROM changes WHERE name = ? AND change_id > ? AND change_id <= ?",
      COMMIT,
      after,
      after + limit,
    ) ??
    one("SELECT min(change_id) FROM changes WHERE name = ? AND change_id > ?", COMMIT, after) ??
    one("SELECT max(change_id) FROM changes WHERE change_id > ?", after) ??
    null
  );
}

interface LogRow {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly before: string | null;
  /** the next change of the same row */
  readonly later: number | null;
}

/**
 * The changes after one number up to another as lines of JSON, each with what its row became. Read it inside one
 * transaction. The last line is always the end of a transaction. @param now for an end that bears no mark, ISO 8601
 */
export function* changeLines(database: Database, { after, end, now }: { after: number; end: number; now: string }) {
  const page = database.prepare<[number, number], LogRow>(PAGE);
  const beforeOf = database.prepare<[number], string | null>("SELECT before FROM changes WHERE change_id = ?").pluck();
  const live = new Map<string, (key: string) => string | null>();
  let last: LogRow | undefined;
  for (let rows = page.all(after, end); rows.length > 0; rows = page.all(last?.id ?? end, end)) {
    for (const row of rows) {
      if (row.name === COMMIT) yield commitLine(row.id, row.key);
      else if (row.name === SCHEMA) yield JSON.stringify({ id: row.id, schema: row.before });
      else yield rowLine(row, row.later === null ? liveOf(row.name)(row.key) : (beforeOf.get(row.later) ?? null));
      last = row;
    }
  }
  if (last && last.name !== COMMIT) yield commitLine(last.id, now);

  function liveOf(table: string) {
    const known = live.get(table) ?? liveRow(database, table);
    live.set(table, known);
    return known;
  }
}

/** Pages, since one long answer would hold all of a large import in memory. */
const PAGE = `
  SELECT change_id id, name, key, before,
    (SELECT min(change_id) FROM changes n WHERE n.name = c.name AND n.key = c.key AND n.change_id > c.change_id) later
  FROM changes c WHERE change_id > ? AND change_id <= ? ORDER BY change_id LIMIT 256`;

function commitLine(id: number, at: string): string {
  return JSON.stringify({ id, commit: at });
}

/** Key and row are JSON already. */
function rowLine({ id, name, key }: LogRow, row: string | null): string {
  return `{"id":${id},"table":${JSON.stringify(name)},"key":${key},"row":${row ?? "null"}}`;
}

/** Reads rows of a table as JSON by their keys; null for a row that is not there. */
export function liveRow(database: Database, table: string): (key: string) => string | null {
  const where = whereKey("@key", "$", keyOf(database, table));
  const json = rowJson(quoted(table), columnsOf(database, table));
  const read = database.prepare<{ key: string }, string>(`SELECT ${json} FROM ${quoted(table)} WHERE ${where}`).pluck();
  return (key) => read.get({ key }) ?? null;
}

/** Does to a table what a line of the log tells. */
export function rowWriter(database: Database, table: string): (line: string, isThere: boolean) => void {
  const keys = keyOf(database, table);
  const columns = columnsOf(database, table);
  const isKeyless = keys.length === 1 && keys[0] === "rowid";
  const values = columns.map((column) => valueIn("@line", `$.row.${quoted(column)}`));
  const [names, read] = isKeyless
    ? [
        ["rowid", ...columns],
        [valueIn("@line", "$.key[0]"), ...values],
      ]
    : [columns, values];
  const put = database.prepare<{ line: string }>(
    `INSERT OR REPLACE INTO ${quoted(table)} (${names.map(quoted).join(", ")}) VALUES (${read.join(", ")})`,
  );
  const drop = database.prepare<{ line: string }>(
    `DELETE FROM ${quoted(table)} WHERE ${whereKey("@line", "$.key", keys)}`,
  );
  return (line, isThere) => void (isThere ? put : drop).run({ line });
}

function whereKey(json: string, path: string, keys: readonly string[]): string {
  return keys.map((column, at) => `${quoted(column)} = ${valueIn(json, `${path}[${at}]`)}`).join(" AND ");
}
