import type { Database } from "better-sqlite3";
import type { AskedPicture } from "../domain/confirmation.ts";
import type { PosterId } from "../domain/poster.ts";
import type { LedgerEntry } from "../pipeline/confirming.ts";

/**
 * What the ledger and a gallery on another machine are about to change: they have no transaction in common, so it is
 * written down before, done there, and crossed out with the word itself. A picture that is written down here stays.
 */
export const BEGUN_TABLES = `
  CREATE TABLE begun_confirmations (
    request_id  TEXT NOT NULL,
    picture     INTEGER NOT NULL,
    anilist_id  INTEGER NOT NULL,
    title       TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    guild_id    TEXT,
    channel_id  TEXT,
    owes_cover  INTEGER NOT NULL,
    approved_by TEXT,
    at          INTEGER NOT NULL,
    PRIMARY KEY (request_id, picture)
  ) STRICT;

  -- Posters that an undo has yet to take out of the gallery.
  CREATE TABLE owed_removals (poster_id INTEGER PRIMARY KEY) STRICT;
`;

/** A confirmation on its way to the gallery. */
export interface BegunConfirmation extends LedgerEntry {
  /** milliseconds since the epoch: its poster bears this time, and is known by it when the answer was lost */
  readonly at: number;
}

interface BegunRow extends Omit<BegunConfirmation, "owesCover"> {
  readonly owesCover: number;
}

/** Reads and writes rows; whoever writes has a transaction. */
export class BegunConfirmations {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#sql = prepare(database);
  }

  of({ requestId, picture }: AskedPicture): BegunConfirmation | null {
    const row = this.#sql.of.get(requestId, picture);
    return row ? toBegun(row) : null;
  }

  all(): readonly BegunConfirmation[] {
    return this.#sql.all.all().map(toBegun);
  }

  /** One that was begun before keeps its time; a cover that either try owes is owed. */
  begin(entry: BegunConfirmation): void {
    this.#sql.begin.run({ ...entry, owesCover: entry.owesCover ? 1 : 0 });
  }

  end({ requestId, picture }: AskedPicture): void {
    this.#sql.end.run(requestId, picture);
  }

  owedRemovals(): readonly PosterId[] {
    return this.#sql.owedRemovals.all();
  }

  oweRemoval(posterId: PosterId): void {
    this.#sql.oweRemoval.run(posterId);
  }

  settleRemoval(posterId: PosterId): void {
    this.#sql.settleRemoval.run(posterId);
  }
}

function toBegun(row: BegunRow): BegunConfirmation {
  return { ...row, owesCover: row.owesCover === 1 };
}

const BEGUN = `
  SELECT request_id requestId, picture, anilist_id anilistId, title, user_id userId, guild_id guildId,
         channel_id channelId, owes_cover owesCover, approved_by approvedBy, at
  FROM begun_confirmations`;

function prepare(database: Database) {
  return {
    of: database.prepare<[string, number], BegunRow>(`${BEGUN} WHERE request_id = ? AND picture = ?`),
    all: database.prepare<[], BegunRow>(`${BEGUN} ORDER BY at`),
    begin: database.prepare<[BegunRow]>(
      `INSERT INTO begun_confirmations VALUES (@requestId, @picture, @anilistId, @title, @userId, @guildId, @channelId,
         @owesCover, @approvedBy, @at)
       ON CONFLICT DO UPDATE SET owes_cover = max(owes_cover, excluded.owes_cover)`,
    ),
    end: database.prepare<[string, number]>("DELETE FROM begun_confirmations WHERE request_id = ? AND picture = ?"),
    owedRemovals: database.prepare<[], number>("SELECT poster_id FROM owed_removals").pluck(),
    oweRemoval: database.prepare<[number]>("INSERT OR IGNORE INTO owed_removals VALUES (?)"),
    settleRemoval: database.prepare<[number]>("DELETE FROM owed_removals WHERE poster_id = ?"),
  };
}
