import type { Database } from "better-sqlite3";
import type { Confirmation } from "../domain/confirmation.ts";

interface ConfirmationRow extends Omit<Confirmation, "isNew"> {
  readonly isNew: number;
}

const CONFIRMATION = `
  SELECT confirmation_id confirmationId, request_id requestId, picture, anilist_id anilistId, title,
         poster_id posterId, is_new isNew, user_id userId, guild_id guildId, channel_id channelId, at, state,
         decided_by decidedBy
  FROM confirmations`;

export type ConfirmationStatements = ReturnType<typeof prepareConfirmations>;

export function toConfirmation(row: ConfirmationRow): Confirmation {
  return { ...row, isNew: row.isNew === 1 };
}

/** Every statement of the ledger, compiled once. */
export function prepareConfirmations(database: Database) {
  return { ...reading(database), ...writing(database) };
}

function reading(database: Database) {
  const count = (column: string) =>
    database
      .prepare<[string, number], number>(`SELECT count(*) FROM confirmations WHERE ${column} = ? AND at >= ?`)
      .pluck();
  return {
    byId: database.prepare<[number], ConfirmationRow>(`${CONFIRMATION} WHERE confirmation_id = ?`),
    standing: database.prepare<[string, number], ConfirmationRow>(
      `${CONFIRMATION} WHERE request_id = ? AND picture = ? AND state IN ('awaiting', 'confirmed')`,
    ),
    recent: database.prepare<[string, number], ConfirmationRow>(
      `${CONFIRMATION} WHERE guild_id = ? AND state = 'confirmed' ORDER BY confirmation_id DESC LIMIT ?`,
    ),
    waiting: database.prepare<[string, number], ConfirmationRow>(
      `${CONFIRMATION} WHERE guild_id = ? AND state = 'awaiting' ORDER BY confirmation_id LIMIT ?`,
    ),
    // The picture may also have gone to make room for newer ones: nothing can come of it then. What a moderator approved
    // and is on its way is not late.
    overdue: database.prepare<[number], Pick<ConfirmationRow, "confirmationId" | "requestId" | "picture">>(
      `SELECT confirmation_id confirmationId, request_id requestId, picture FROM confirmations c
       WHERE state = 'awaiting' AND (at <= ? OR NOT EXISTS
         (SELECT 1 FROM pending_images i WHERE i.request_id = c.request_id AND i.picture = c.picture))
         AND NOT EXISTS (SELECT 1 FROM begun_confirmations b WHERE b.request_id = c.request_id AND b.picture = c.picture)`,
    ),
    ofPoster: database.prepare<[number], ConfirmationRow>(
      `${CONFIRMATION} WHERE poster_id = ? AND state = 'confirmed' ORDER BY confirmation_id LIMIT 1`,
    ),
    countOfUser: count("user_id"),
    countOfGuild: count("guild_id"),
    owedCovers: database
      .prepare<[], number>("SELECT DISTINCT anilist_id FROM confirmations WHERE owes_cover = 1 AND state = 'confirmed'")
      .pluck(),
    picture: database.prepare<[string, number], { readonly bytes: Buffer; readonly file: string }>(
      "SELECT bytes, file FROM pending_images WHERE request_id = ? AND picture = ?",
    ),
  };
}

type Inserted = Omit<Confirmation, "confirmationId" | "isNew"> & { readonly isNew: number; readonly owesCover: number };

function writing(database: Database) {
  return {
    insert: database.prepare<[Inserted]>(
      `INSERT INTO confirmations (request_id, picture, anilist_id, title, poster_id, is_new, owes_cover, user_id,
         guild_id, channel_id, at, state, decided_by)
       VALUES (@requestId, @picture, @anilistId, @title, @posterId, @isNew, @owesCover, @userId, @guildId, @channelId,
         @at, @state, @decidedBy)`,
    ),
    approve: database.prepare<[number, number, number, string, number]>(
      `UPDATE confirmations SET state = 'confirmed', poster_id = ?, is_new = ?, owes_cover = ?, decided_by = ?
       WHERE confirmation_id = ?`,
    ),
    close: database.prepare<["undone" | "rejected" | "expired", string | null, number]>(
      "UPDATE confirmations SET state = ?, decided_by = ? WHERE confirmation_id = ?",
    ),
    inherit: database.prepare<[number]>("UPDATE confirmations SET is_new = 1 WHERE confirmation_id = ?"),
    settleCover: database.prepare<[number]>("UPDATE confirmations SET owes_cover = 0 WHERE anilist_id = ?"),
    keepQuestion: database.prepare<[number, string]>(
      "UPDATE pending_choices SET expires_at = max(expires_at, ?) WHERE request_id = ?",
    ),
    forgetPicture: database.prepare<[string, number]>(
      "DELETE FROM pending_images WHERE request_id = ? AND picture = ?",
    ),
  };
}
