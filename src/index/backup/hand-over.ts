import type { Database } from "better-sqlite3";
import { translated } from "../sqlite.ts";

/** Where the log of changes stands with its archive: names of pieces, null before the first. */
export interface ArchivedState {
  readonly head: string | null;
  readonly pending: string | null;
}

export function archivedState(database: Database): ArchivedState {
  const read = database.prepare<[], ArchivedState>("SELECT head, pending FROM archived");
  return read.get() ?? { head: null, pending: null };
}

/** Notes which piece is about to be put into the archive: after a kill its name tells that it is there. */
export function announce(database: Database, name: string): void {
  translated(database.name, () => database.prepare("UPDATE archived SET pending = ?").run(name));
}

/** The piece is on the disk: what it holds leaves the log. */
export function acknowledge(database: Database, name: string, position: number): void {
  const note = database.transaction(() => {
    database.prepare("DELETE FROM changes WHERE change_id <= ?").run(position);
    database.prepare("UPDATE archived SET head = ?, pending = NULL").run(name);
  });
  translated(database.name, () => note.immediate());
}

/** Images that posters had before they were changed or removed, up to a change. */
export function formerImages(database: Database, position: number): readonly string[] {
  return database
    .prepare<[number], string>(
      `SELECT DISTINCT json_extract(before, '$.file') FROM changes
       WHERE name = 'posters' AND before IS NOT NULL AND change_id <= ? AND json_extract(before, '$.file') IS NOT NULL`,
    )
    .pluck()
    .all(position);
}
