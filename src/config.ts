import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseDotenv } from "dotenv";
import { z } from "zod";
import { OpfindError } from "./errors.ts";

const url = z.url({ protocol: /^https?$/ });
/** A name with a dot, its port where it is not 443; of addresses only this machine's own, with its port. */
const host = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*(?::\d{1,5})?|127\.0\.0\.1:\d{1,5})$/;
const hosts = z
  .string()
  .transform((value) => value.split(",").map((name) => name.trim()))
  .refine((names) => names.every((name) => host.test(name)));
/** An id of Discord's. */
const snowflake = z.string().regex(/^\d{15,20}$/);
const flag = z.enum(["0", "1", "true", "false"]).transform((value) => value === "1" || value === "true");

function limit(usual: number, of: string) {
  const schema = z.coerce.number().int().min(1).max(100_000).default(usual);
  return { schema, shape: `how many ${of}, a whole number from 1`, example: String(usual) };
}
const perMinute = (usual: number) => limit(usual, "in a minute");
const perDay = (usual: number) => limit(usual, "in a day");

/** Every variable opfind reads: its shape, what a person writes there, and an example. `.env.example` lists the same. */
export const VARIABLES = {
  OPFIND_DATA_DIR: { schema: z.string().min(1).optional(), shape: "a folder", example: "/var/lib/opfind" },
  OPFIND_STARTER: { schema: z.enum(["auto", "on", "off"]).default("auto"), shape: "auto, on or off", example: "auto" },
  OPFIND_MODEL: {
    schema: z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .default("opfind-v1"),
    shape: "a model id of models/manifest.json",
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
    schema: z.enum(["auto", "faiss", "exact"]).default("auto"),
    shape: "auto, faiss or exact",
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
    schema: hosts.prefault("s4.anilist.co"),
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
  REDIS_URL: {
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    shape: "a redis:// URL",
    example: "redis://localhost:6379",
  },
  DISCORD_TOKEN: { schema: z.string().min(1).optional(), shape: "a bot's token", example: "MTI3…" },
  DISCORD_API_URL: {
    schema: url.default("https://discord.com/api"),
    shape: "an http(s) URL, without the version",
    example: "https://discord.com/api",
  },
  DISCORD_CDN_HOSTS: {
    schema: hosts.prefault("cdn.discordapp.com,media.discordapp.net"),
    shape: "a list of host names",
    example: "cdn.discordapp.com,media.discordapp.net",
  },
  DISCORD_GUILD_ID: { schema: snowflake.optional(), shape: "the id of a server", example: "613425648685547541" },
  DISCORD_OWNER_IDS: {
    schema: z
      .string()
      .default("")
      .transform((value) => (value === "" ? [] : value.split(",").map((id) => id.trim())))
      .refine((ids) => ids.every((id) => snowflake.safeParse(id).success)),
    shape: "a list of ids of people",
    example: "53908232506183680",
  },
  DISCORD_SHARDS: {
    schema: z.union([z.literal("auto"), z.coerce.number().int().min(1).max(1_000)]).optional(),
    shape: "auto, or a whole number from 1 to 1000",
    example: "auto",
  },
  OPFIND_HEALTH_PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).optional(),
    shape: "a port number",
    example: "8081",
  },
  OPFIND_USER_QUESTIONS: perMinute(12),
  OPFIND_GUILD_QUESTIONS: perMinute(120),
  OPFIND_USER_CONFIRMATIONS: perDay(50),
  OPFIND_GUILD_CONFIRMATIONS: perDay(500),
} as const;

const SCHEMA = z.object({
  OPFIND_DATA_DIR: VARIABLES.OPFIND_DATA_DIR.schema,
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
  REDIS_URL: VARIABLES.REDIS_URL.schema,
  DISCORD_TOKEN: VARIABLES.DISCORD_TOKEN.schema,
  DISCORD_API_URL: VARIABLES.DISCORD_API_URL.schema,
  DISCORD_CDN_HOSTS: VARIABLES.DISCORD_CDN_HOSTS.schema,
  DISCORD_GUILD_ID: VARIABLES.DISCORD_GUILD_ID.schema,
  DISCORD_OWNER_IDS: VARIABLES.DISCORD_OWNER_IDS.schema,
  DISCORD_SHARDS: VARIABLES.DISCORD_SHARDS.schema,
  OPFIND_HEALTH_PORT: VARIABLES.OPFIND_HEALTH_PORT.schema,
  OPFIND_USER_QUESTIONS: VARIABLES.OPFIND_USER_QUESTIONS.schema,
  OPFIND_GUILD_QUESTIONS: VARIABLES.OPFIND_GUILD_QUESTIONS.schema,
  OPFIND_USER_CONFIRMATIONS: VARIABLES.OPFIND_USER_CONFIRMATIONS.schema,
  OPFIND_GUILD_CONFIRMATIONS: VARIABLES.OPFIND_GUILD_CONFIRMATIONS.schema,
});

export interface Config {
  readonly env: Readonly<z.infer<typeof SCHEMA>>;
  /** folder of the checkout or the installed package: what ships is read from here */
  readonly home: string;
  /** holds poster_db/, embeddings/ and models/ made at run time */
  readonly dataDir: string;
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
  return Object.freeze({ env, home: HOME, dataDir, hasOwnDataDir: env.OPFIND_DATA_DIR !== undefined });
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
