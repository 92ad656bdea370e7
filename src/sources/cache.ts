import KeyvRedis from "@keyv/redis";
import { Keyv, type KeyvStoreAdapter } from "keyv";
import { SqliteStore } from "./sqlite-store.ts";

export interface CacheEntry {
  readonly key: string;
  readonly value: unknown;
  /** milliseconds until it is forgotten altogether */
  readonly keepMs: number;
}

/** Remembers JSON values. It never throws: a cache that fails remembers nothing. */
export interface Cache {
  /** @returns values by key; what is not remembered is absent. They come from disk or network: parse them. */
  read(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  write(entries: readonly CacheEntry[]): Promise<void>;
  close(): Promise<void>;
}

export interface CachePlace {
  /** SQLite file; its folder must exist */
  readonly file: string;
  /** wins over the file */
  readonly redisUrl?: string | undefined;
  /** told once per process when the cache cannot be used */
  readonly onTrouble: (cause: unknown) => void;
}

/** A cache slower than this costs more than it saves; node-redis would queue forever while its server is away. */
const PATIENCE_MS = 1_000;
/** A cache that failed is left alone for a minute. */
const REST_MS = 60_000;

/** Opens the cache in Redis or SQLite. Two processes may share it. */
export function openCache(place: CachePlace): Cache {
  const told = { trouble: false };
  const onTrouble = (cause: unknown) => {
    if (!told.trouble) place.onTrouble(cause);
    told.trouble = true;
  };
  const store = openStore(place, onTrouble);
  return store ? keyvCache(store, onTrouble) : NOTHING_KEPT;
}

const NOTHING_KEPT: Cache = {
  read: async () => new Map(),
  write: async () => {},
  close: async () => {},
};

interface Store {
  readonly keyv: Keyv;
  readonly close: () => Promise<void>;
}

function openStore({ file, redisUrl }: CachePlace, onTrouble: (cause: unknown) => void): Store | null {
  try {
    if (!redisUrl) return withKeyv(new SqliteStore(file), onTrouble);
    const redis = new KeyvRedis(redisUrl, { connectionTimeout: PATIENCE_MS });
    // By force: a client that lost its server would look for it for ever and keep the process alive.
    return { ...withKeyv(redis, onTrouble), close: () => redis.disconnect(true) };
  } catch (cause) {
    onTrouble(cause);
    return null;
  }
}

function withKeyv(store: KeyvStoreAdapter, onTrouble: (cause: unknown) => void): Store {
  const keyv = new Keyv({ store, namespace: "opfind", throwOnErrors: true });
  keyv.on("error", onTrouble); // an error event nobody listens to would end the process
  return { keyv, close: () => keyv.disconnect() };
}

function keyvCache({ keyv, close }: Store, onTrouble: (cause: unknown) => void): Cache {
  const rest = { until: 0 };
  const attempt = async <T>(use: () => Promise<T>): Promise<T | null> => {
    if (Date.now() < rest.until) return null;
    try {
      return await soon(use());
    } catch (cause) {
      rest.until = Date.now() + REST_MS;
      onTrouble(cause);
      return null;
    }
  };
  return {
    async read(keys) {
      if (keys.length === 0) return new Map();
      const values = await attempt(() => keyv.getMany<unknown>([...keys]));
      return new Map(keys.flatMap((key, at) => (values?.[at] === undefined ? [] : [[key, values[at]]])));
    },
    async write(entries) {
      if (entries.length === 0) return;
      await attempt(() => keyv.setMany(entries.map(({ key, value, keepMs }) => ({ key, value, ttl: keepMs }))));
    },
    async close() {
      await soon(close()).catch(onTrouble);
    },
  };
}

async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the cache did not answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
