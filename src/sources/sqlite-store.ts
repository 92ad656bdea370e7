import Database from "better-sqlite3";
import type { KeyvStoreAdapter } from "keyv";
import { useWriteAheadLog } from "../write-ahead-log.ts";

/** Two processes may write at once: wait for the other instead of failing. */
const BUSY_TIMEOUT_MS = 2_000;

/**
 * Keyv over better-sqlite3, which opfind has anyway; Keyv's own SQLite adapter needs the abandoned `sqlite3` build.
 * Values are Keyv's serialised text and expire by Keyv's own stamp; the column only lets the file shrink.
 * Every method throws what SQLite throws.
 */
export class SqliteStore implements KeyvStoreAdapter {
  readonly opts = {};
  readonly #db: Database.Database;

  constructor(file: string) {
    this.#db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    useWriteAheadLog(this.#db, BUSY_TIMEOUT_MS);
    // Losing the last seconds of a cache in a power cut is fine.
    this.#db.pragma("synchronous = NORMAL");
    this.#db.exec("CREATE TABLE IF NOT EXISTS cache (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER)");
    this.#db.prepare("DELETE FROM cache WHERE expires < ?").run(Date.now());
  }

  /** Failures are thrown, never emitted. */
  on(): this {
    return this;
  }

  // biome-ignore lint/suspicious/noExplicitAny: Keyv's adapter type promises the caller's Value, which is text here
  async get(key: string): Promise<any> {
    return this.#db.prepare<[string], string>("SELECT value FROM cache WHERE key = ?").pluck().get(key);
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async getMany(keys: string[]): Promise<any[]> {
    const read = this.#db.prepare<[string], string>("SELECT value FROM cache WHERE key = ?").pluck();
    return keys.map((key) => read.get(key));
  }

  async set(key: string, value: string, ttl?: number): Promise<void> {
    this.#write(key, value, ttl);
  }

  async setMany(entries: { key: string; value: string; ttl?: number }[]): Promise<void> {
    this.#db.transaction(() => {
      for (const { key, value, ttl } of entries) this.#write(key, value, ttl);
    })();
  }

  async delete(key: string): Promise<boolean> {
    return this.#db.prepare("DELETE FROM cache WHERE key = ?").run(key).changes > 0;
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    const deleted = await Promise.all(keys.map((key) => this.delete(key)));
    return deleted.some(Boolean);
  }

  async clear(): Promise<void> {
    this.#db.exec("DELETE FROM cache");
  }

  async disconnect(): Promise<void> {
    this.#db.close();
  }

  #write(key: string, value: string, ttl: number | undefined): void {
    this.#db
      .prepare(
        "INSERT INTO cache VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires",
      )
      .run(key, value, ttl === undefined ? null : Date.now() + ttl);
  }
}
