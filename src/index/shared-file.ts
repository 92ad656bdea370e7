import type { Database } from "better-sqlite3";

/** The file of the truth, for what else lives in it. */
export interface SharedFile {
  /** Opens a part on the connection that all parts have, so that they can be written in one transaction. */
  sharing<Part>(open: (database: Database) => Part): Part;
}

/** The file on a connection of its own: for where the posters are on another machine. */
export function shareDatabase(database: Database): SharedFile {
  return { sharing: (open) => open(database) };
}
