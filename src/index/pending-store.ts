import type { Database } from "better-sqlite3";
import type { PendingImage, PendingRow, PendingStore } from "../pipeline/pending.ts";
import type { Clock } from "../pipeline/ports.ts";
import type { SharedFile } from "./shared-file.ts";
import { translated } from "./sqlite.ts";

/** Pictures that nobody has confirmed; the oldest go first, and those that await a moderator last. */
const MAX_IMAGE_BYTES = 512 * 1024 * 1024;

/** What waits for a click, in the file of the poster store. */
export function openPendingStore(file: SharedFile, clock: Pick<Clock, "now">): PendingStore {
  return file.sharing((database) => new SqlitePendingStore(database, clock));
}

class SqlitePendingStore implements PendingStore {
  readonly #database: Database;
  readonly #clock: Pick<Clock, "now">;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database, clock: Pick<Clock, "now">) {
    this.#database = database;
    this.#clock = clock;
    this.#sql = prepare(database);
  }

  async save(row: PendingRow, images: readonly PendingImage[]): Promise<void> {
    this.#locked(() => {
      this.#sql.forgetExpired.run(this.#clock.now());
      this.#sql.save.run(row);
      for (const { picture, file, bytes } of images) {
        this.#sql.keepImage.run(row.requestId, picture, file, bytes.length, bytes);
      }
      this.#dropOldest();
    });
  }

  async find(requestId: string): Promise<PendingRow | null> {
    const row = this.#sql.find.get(requestId);
    return row && row.expiresAt > this.#clock.now() ? row : null;
  }

  #dropOldest(): void {
    for (let bytes = this.#sql.imageBytes.get() ?? 0; bytes > MAX_IMAGE_BYTES; ) {
      const oldest = this.#sql.oldestImage.get();
      if (!oldest) return;
      this.#sql.dropImage.run(oldest.imageId);
      bytes -= oldest.size;
    }
  }

  #locked(work: () => void): void {
    translated(this.#database.name, () => this.#database.transaction(work).immediate());
  }
}

/** A picture that somebody confirmed stays until its poster is stored. */
const IS_NOT_BEGUN = "request_id NOT IN (SELECT request_id FROM begun_confirmations)";

function prepare(database: Database) {
  return {
    save: database.prepare<[PendingRow]>(
      `INSERT INTO pending_choices VALUES (@requestId, @askerId, @guildId, @expiresAt, @state)
       ON CONFLICT DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at`,
    ),
    find: database.prepare<[string], PendingRow>(
      `SELECT request_id requestId, asker_id askerId, guild_id guildId, expires_at expiresAt, state
       FROM pending_choices WHERE request_id = ?`,
    ),
    forgetExpired: database.prepare<[number]>(`DELETE FROM pending_choices WHERE expires_at <= ? AND ${IS_NOT_BEGUN}`),
    keepImage: database.prepare<[string, number, string, number, Uint8Array]>(
      "INSERT OR IGNORE INTO pending_images (request_id, picture, file, size, bytes) VALUES (?, ?, ?, ?, ?)",
    ),
    imageBytes: database.prepare<[], number | null>("SELECT sum(size) FROM pending_images").pluck(),
    oldestImage: database.prepare<[], { readonly imageId: number; readonly size: number }>(
      `SELECT image_id imageId, size FROM pending_images i WHERE ${IS_NOT_BEGUN}
       ORDER BY EXISTS (SELECT 1 FROM confirmations c
         WHERE c.request_id = i.request_id AND c.picture = i.picture AND c.state = 'awaiting'), image_id LIMIT 1`,
    ),
    dropImage: database.prepare<[number]>("DELETE FROM pending_images WHERE image_id = ?"),
  };
}
