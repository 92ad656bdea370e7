import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseDotenv } from "dotenv";
import { z } from "zod";
import { OpfindError } from "./errors.ts";

const url = z.url({ protocol: /^https?$/ });
/** A name with a dot, its port where it is not 443; of addresses only this machine's own, with its port. */
const host = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*(?::\d{1,5})?|127\.0\.0\.1:\d{1,5})$/;
const flag = z.enum(["0", "1", "true", "false"]).transform((value) => value === "1" || value === "true");

/** Values apart by commas; none unless set. */
const list = (one: z.ZodType<string, string>) =>
  z
    .string()
    .default("")
    .transform((value) => value.split(",").flatMap((name) => name.trim() || []))
    .pipe(z.array(one));

/** Every variable opfind reads: its shape, what a person writes there, and an example. `.env.example` lists the same. */
export const VARIABLES = {
  OPFIND_DATA_DIR: { schema: z.string().min(1).optional(), shape: "a folder", example: "/var/lib/opfind" },
  OPFIND_BACKUP_DIR: { schema: z.string().min(1).optional(), shape: "a folder", example: "/mnt/backup/opfind" },
  OPFIND_STARTER: { schema: z.enum(["auto", "on", "off"]).default("auto"), shape: "auto, on or off", example: "auto" },
  OPFIND_MODEL: {
    schema: z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .default("auto"),
    shape: "auto or a model id of models/manifest.json",
    example: "opfind-v1",
  },
  OPFIND_DEVICE: {
    schema: z
      .string()
      .regex(/^[a-z]+(,[a-z]+)*$/)
      .default("auto"),
    shape: "auto, cpu, cuda, webgpu, … or a list in order of preference",
    example: "cuda,cpu",
  },
  OPFIND_THREADS: {
    schema: z.coerce.number().int().min(1).max(256).default(1),
    shape: "a whole number from 1 to 256",
    example: "1",
  },
  OPFIND_INDEX: {
    schema: z.enum(["auto", "faiss", "exact", "qdrant"]).default("auto"),
    shape: "auto, faiss, exact or qdrant",
    example: "auto",
  },
  OPFIND_OFFLINE: { schema: flag.default(false), shape: "0 or 1", example: "1" },
  OPFIND_MODELS_URL: {
    schema: url.optional(),
    shape: "an http(s) URL that replaces the model hub",
    example: "https://models.example.org",
  },
  OPFIND_LOG_LEVEL: {
    schema: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("warn"),
    shape: "fatal, error, warn, info, debug, trace or silent",
    example: "info",
  },
  ANILIST_URL: {
    schema: url.default("https://graphql.anilist.co"),
    shape: "an http(s) URL",
    example: "https://graphql.anilist.co",
  },
  ANILIST_TOKEN: { schema: z.string().min(1).optional(), shape: "an AniList OAuth token", example: "eyJ0eXAi…" },
  ANILIST_REFERER: {
    schema: url.optional(),
    shape: "the http(s) URL of your own project",
    example: "https://opfind.example.org",
  },
  OPFIND_COVER_HOSTS: {
    schema: z
      .string()
      .default("s4.anilist.co")
      .transform((value) => value.split(",").map((name) => name.trim()))
      .refine((names) => names.every((name) => host.test(name))),
    shape: "a list of host names",
    example: "s4.anilist.co,covers.example.org",
  },
  ANIMETHEMES_URL: {
    schema: url.default("https://graphql.animethemes.moe/"),
    shape: "an http(s) URL",
    example: "https://graphql.animethemes.moe/",
  },
  TENRAI_URL: {
    schema: url.default("https://api.tenrai.org/v1"),
    shape: "an http(s) URL (a self-hosted Jikan v4 works too)",
    example: "https://api.tenrai.org/v1",
  },
  MAL_URL: {
    schema: url.default("https://api.myanimelist.net/v2"),
    shape: "an http(s) URL",
    example: "https://api.myanimelist.net/v2",
  },
  MAL_CLIENT_ID: {
    schema: z.string().min(1).optional(),
    shape: "a MyAnimeList client id",
    example: "6114d00ca681b7701d1e15fe11a4987e",
  },
  QDRANT_URL: { schema: url.optional(), shape: "an http(s) URL", example: "http://localhost:6333" },
  QDRANT_API_KEY: { schema: z.string().min(1).optional(), shape: "an API key of Qdrant", example: "a-long-secret" },
  QDRANT_COLLECTION: {
    schema: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,99}$/)
      .default("opfind"),
    shape: "a name of small letters, digits, - and _",
    example: "opfind",
  },
  QDRANT_HNSW_M: {
    schema: z.coerce.number().int().min(4).max(128).default(16),
    shape: "a whole number from 4 to 128",
    example: "16",
  },
  QDRANT_HNSW_EF_CONSTRUCT: {
    schema: z.coerce.number().int().min(4).max(4096).default(128),
    shape: "a whole number from 4 to 4096",
    example: "128",
  },
  QDRANT_HNSW_EF: {
    schema: z.coerce.number().int().min(1).max(4096).default(128),
    shape: "a whole number from 1 to 4096",
    example: "128",
  },
  QDRANT_QUANTISATION: { schema: z.enum(["off", "int8"]).default("off"), shape: "off or int8", example: "int8" },
  QDRANT_ON_DISK: { schema: flag.default(false), shape: "0 or 1", example: "1" },
  QDRANT_REPLICAS: {
    schema: z.coerce.number().int().min(1).max(16).default(1),
    shape: "a whole number from 1 to 16",
    example: "2",
  },
  QDRANT_WRITE_REPLICAS: {
    schema: z.coerce.number().int().min(1).max(16).default(1),
    shape: "a whole number from 1 to 16",
    example: "2",
  },
  QDRANT_SHARDS: {
    schema: z.coerce.number().int().min(1).max(1024).optional(),
    shape: "a whole number from 1 to 1024",
    example: "6",
  },
  QDRANT_WAL_MB: {
    schema: z.coerce.number().int().min(1).max(1024).default(32),
    shape: "a whole number from 1 to 1024",
    example: "32",
  },
  QDRANT_TIMEOUT_MS: {
    schema: z.coerce.number().int().min(100).max(600_000).default(10_000),
    shape: "milliseconds from 100 to 600000",
    example: "10000",
  },
  OPFIND_HTTP_HOST: {
    schema: z
      .string()
      .regex(/^[A-Za-z0-9.:-]+$/)
      .default("127.0.0.1"),
    shape: "an address of this machine to listen on",
    example: "0.0.0.0",
  },
  OPFIND_HTTP_PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).default(8080),
    shape: "a port, 0 for any that is free",
    example: "8080",
  },
  OPFIND_HTTP_OPEN: {
    schema: z.enum(["auto", "0", "1"]).default("auto"),
    shape: "auto, 0 or 1",
    example: "1",
  },
  OPFIND_METRICS_OPEN: { schema: flag.default(false), shape: "0 or 1", example: "1" },
  OPFIND_TRUSTED_PROXIES: {
    schema: list(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
    shape: "a list of addresses and networks",
    example: "10.0.0.0/8,fd00::1",
  },
  OPFIND_CORS_ORIGINS: {
    schema: list(z.string().regex(/^https?:\/\/[A-Za-z0-9.:[\]-]+$/)),
    shape: "a list of origins",
    example: "https://opfind.example.org",
  },
  OPFIND_IMAGE_HOSTS: {
    schema: list(z.string().regex(host)),
    shape: "a list of host names",
    example: "covers.example.org,images.example.org:8443",
  },
  OPFIND_RATE_PER_KEY: {
    schema: z.coerce.number().int().min(0).max(1_000_000_000).default(3_000),
    shape: "points a minute, 0 for no limit",
    example: "3000",
  },
  OPFIND_RATE_PER_ADDRESS: {
    schema: z.coerce.number().int().min(0).max(1_000_000_000).default(600),
    shape: "points a minute, 0 for no limit",
    example: "600",
  },
  REDIS_URL: {
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    shape: "a redis:// URL",
    example: "redis://localhost:6379",
  },
} as const;

const SCHEMA = z.object({
  OPFIND_DATA_DIR: VARIABLES.OPFIND_DATA_DIR.schema,
  OPFIND_BACKUP_DIR: VARIABLES.OPFIND_BACKUP_DIR.schema,
  OPFIND_STARTER: VARIABLES.OPFIND_STARTER.schema,
  OPFIND_MODEL: VARIABLES.OPFIND_MODEL.schema,
  OPFIND_DEVICE: VARIABLES.OPFIND_DEVICE.schema,
  OPFIND_THREADS: VARIABLES.OPFIND_THREADS.schema,
  OPFIND_INDEX: VARIABLES.OPFIND_INDEX.schema,
  OPFIND_OFFLINE: VARIABLES.OPFIND_OFFLINE.schema,
  OPFIND_MODELS_URL: VARIABLES.OPFIND_MODELS_URL.schema,
  OPFIND_LOG_LEVEL: VARIABLES.OPFIND_LOG_LEVEL.schema,
  ANILIST_URL: VARIABLES.ANILIST_URL.schema,
  ANILIST_TOKEN: VARIABLES.ANILIST_TOKEN.schema,
  ANILIST_REFERER: VARIABLES.ANILIST_REFERER.schema,
  OPFIND_COVER_HOSTS: VARIABLES.OPFIND_COVER_HOSTS.schema,
  ANIMETHEMES_URL: VARIABLES.ANIMETHEMES_URL.schema,
  TENRAI_URL: VARIABLES.TENRAI_URL.schema,
  MAL_URL: VARIABLES.MAL_URL.schema,
  MAL_CLIENT_ID: VARIABLES.MAL_CLIENT_ID.schema,
  QDRANT_URL: VARIABLES.QDRANT_URL.schema,
  QDRANT_API_KEY: VARIABLES.QDRANT_API_KEY.schema,
  QDRANT_COLLECTION: VARIABLES.QDRANT_COLLECTION.schema,
  QDRANT_HNSW_M: VARIABLES.QDRANT_HNSW_M.schema,
  QDRANT_HNSW_EF_CONSTRUCT: VARIABLES.QDRANT_HNSW_EF_CONSTRUCT.schema,
  QDRANT_HNSW_EF: VARIABLES.QDRANT_HNSW_EF.schema,
  QDRANT_QUANTISATION: VARIABLES.QDRANT_QUANTISATION.schema,
  QDRANT_ON_DISK: VARIABLES.QDRANT_ON_DISK.schema,
  QDRANT_REPLICAS: VARIABLES.QDRANT_REPLICAS.schema,
  QDRANT_WRITE_REPLICAS: VARIABLES.QDRANT_WRITE_REPLICAS.schema,
  QDRANT_SHARDS: VARIABLES.QDRANT_SHARDS.schema,
  QDRANT_WAL_MB: VARIABLES.QDRANT_WAL_MB.schema,
  QDRANT_TIMEOUT_MS: VARIABLES.QDRANT_TIMEOUT_MS.schema,
  OPFIND_HTTP_HOST: VARIABLES.OPFIND_HTTP_HOST.schema,
  OPFIND_HTTP_PORT: VARIABLES.OPFIND_HTTP_PORT.schema,
  OPFIND_HTTP_OPEN: VARIABLES.OPFIND_HTTP_OPEN.schema,
  OPFIND_METRICS_OPEN: VARIABLES.OPFIND_METRICS_OPEN.schema,
  OPFIND_TRUSTED_PROXIES: VARIABLES.OPFIND_TRUSTED_PROXIES.schema,
  OPFIND_CORS_ORIGINS: VARIABLES.OPFIND_CORS_ORIGINS.schema,
  OPFIND_IMAGE_HOSTS: VARIABLES.OPFIND_IMAGE_HOSTS.schema,
  OPFIND_RATE_PER_KEY: VARIABLES.OPFIND_RATE_PER_KEY.schema,
  OPFIND_RATE_PER_ADDRESS: VARIABLES.OPFIND_RATE_PER_ADDRESS.schema,
  REDIS_URL: VARIABLES.REDIS_URL.schema,
});

export interface Config {
  readonly env: Readonly<z.infer<typeof SCHEMA>>;
  /** folder of the checkout or the installed package: what ships is read from here */
  readonly home: string;
  /** holds poster_db/, embeddings/ and models/ made at run time */
  readonly dataDir: string;
  /** where backups go */
  readonly backupDir: string;
  /** true when the person moved the data elsewhere with OPFIND_DATA_DIR */
  readonly hasOwnDataDir: boolean;
}

/** The folder above src/ or dist/. */
const HOME = fileURLToPath(new URL("..", import.meta.url));

/**
 * Reads the configuration once, from the environment and a `.env` file beside package.json (the environment wins).
 * @throws OpfindError config-invalid naming every wrong variable with its shape and an example
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const merged = { ...readDotenv(join(HOME, ".env")), ...environment };
  const names = Object.keys(VARIABLES);
  // An empty value counts as not set: compose files and .env templates write NAME= for "none".
  const given = Object.fromEntries(names.flatMap((name) => (merged[name] ? [[name, merged[name]]] : [])));
  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) throw invalid(parsed.error);
  const env = Object.freeze(parsed.data);
  const dataDir = env.OPFIND_DATA_DIR ? resolve(env.OPFIND_DATA_DIR) : HOME;
  const backupDir = env.OPFIND_BACKUP_DIR ? resolve(env.OPFIND_BACKUP_DIR) : join(dataDir, "backups");
  return Object.freeze({ env, home: HOME, dataDir, backupDir, hasOwnDataDir: env.OPFIND_DATA_DIR !== undefined });
}

function readDotenv(file: string): Record<string, string> {
  return existsSync(file) ? parseDotenv(readFileSync(file)) : {};
}

function invalid(error: z.ZodError): OpfindError {
  const wrong = new Set(error.issues.map(({ path }) => String(path[0])));
  const lines = Object.entries(VARIABLES)
    .filter(([name]) => wrong.has(name))
    .map(([name, { shape, example }]) => `  ${name} must be ${shape}, for example ${name}=${example}`);
  return new OpfindError(
    "config-invalid",
    `The configuration has ${lines.length} wrong value(s):\n${lines.join("\n")}`,
  );
}
