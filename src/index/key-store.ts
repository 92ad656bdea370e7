import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Database } from "better-sqlite3";
import type { ApiKey, Role } from "../domain/api-key.ts";
import type { Clock } from "../pipeline/ports.ts";
import { openDatabase, translated } from "./sqlite.ts";

/**
 * Keys have a file of their own, so that the truth about posters can be copied, restored and given away without them.
 * What is kept is the SHA-256 of a key: with 256 random bits in it nothing can be guessed, which a slow hash is for.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE keys (
    key_id     TEXT PRIMARY KEY,
    sha256     BLOB NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('read', 'write', 'admin')),
    created_at TEXT NOT NULL,
    revoked_at TEXT
  ) STRICT;
  `,
];

const KEY_ID_BYTES = 6;
const SECRET_BYTES = 32;
/** `opfind_<key id>_<secret>`: scanners for leaked secrets find it by its beginning. */
const FORM = /^opfind_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

export interface NewKey extends ApiKey {
  /** the key itself, told this once */
  readonly secret: string;
}

interface KeyRow extends ApiKey {
  readonly sha256: Buffer;
}

const COLUMNS = "key_id keyId, name, role, created_at createdAt, revoked_at revokedAt";

export function keysFile(dataDir: string): string {
  return join(dataDir, "embeddings", "keys.sqlite");
}

/** Opens `embeddings/keys.sqlite`. Several processes may. @throws OpfindError store-broken | store-busy | disk-full */
export function openKeyStore({ dataDir, clock }: { dataDir: string; clock: Pick<Clock, "now"> }): KeyStore {
  const file = keysFile(dataDir);
  return translated(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    return new KeyStore(openDatabase(file, MIGRATIONS), clock);
  });
}

export class KeyStore {
  readonly #database: Database;
  readonly #clock: Pick<Clock, "now">;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database, clock: Pick<Clock, "now">) {
    this.#database = database;
    this.#clock = clock;
    this.#sql = prepare(database);
  }

  create(name: string, role: Role): NewKey {
    const keyId = randomBytes(KEY_ID_BYTES).toString("hex");
    const secret = `opfind_${keyId}_${randomBytes(SECRET_BYTES).toString("base64url")}`;
    const createdAt = this.#now();
    this.#write(() => this.#sql.create.run(keyId, hashOf(secret), name, role, createdAt));
    return { keyId, name, role, createdAt, revokedAt: null, secret };
  }

  /** The key in force that this is; null when it is none. A wrong secret takes as long as a right one. */
  find(secret: string): ApiKey | null {
    const keyId = FORM.exec(secret)?.[1] ?? "";
    const row = this.#sql.find.get(keyId);
    const isRight = timingSafeEqual(hashOf(secret), row?.sha256 ?? NO_KEY);
    if (!row || !isRight || row.revokedAt !== null) return null;
    const { sha256: _, ...key } = row;
    return key;
  }

  get isAnyInForce(): boolean {
    return this.#sql.isAnyInForce.get() === 1;
  }

  /** Oldest first, revoked ones among them. */
  list(): readonly ApiKey[] {
    return this.#sql.list.all();
  }

  /** From the next request on, in every process. @returns false when there is no such key in force */
  revoke(keyId: string): boolean {
    return this.#write(() => this.#sql.revoke.run(this.#now(), keyId).changes > 0);
  }

  close(): void {
    this.#database.close();
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  #write<Result>(work: () => Result): Result {
    return translated(this.#database.name, work);
  }
}

const NO_KEY = Buffer.alloc(32);

function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function prepare(database: Database) {
  return {
    create: database.prepare<[string, Buffer, string, string, string]>("INSERT INTO keys VALUES (?, ?, ?, ?, ?, NULL)"),
    find: database.prepare<[string], KeyRow>(`SELECT ${COLUMNS}, sha256 FROM keys WHERE key_id = ?`),
    isAnyInForce: database.prepare<[], number>("SELECT EXISTS (SELECT 1 FROM keys WHERE revoked_at IS NULL)").pluck(),
    list: database.prepare<[], ApiKey>(`SELECT ${COLUMNS} FROM keys ORDER BY created_at, key_id`),
    revoke: database.prepare<[string, string]>(
      "UPDATE keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL",
    ),
  };
}
