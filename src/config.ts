import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseDotenv } from "dotenv";
import { z } from "zod";
import { OpfindError } from "./errors.ts";
import { DISCORD_SETTINGS } from "./settings/discord.ts";
import { GALLERY_SETTINGS } from "./settings/gallery.ts";
import { HTTP_SETTINGS } from "./settings/http.ts";
import { QDRANT_SETTINGS } from "./settings/qdrant.ts";
import { SOURCE_SETTINGS } from "./settings/sources.ts";

const SCHEMA = z.object({
  ...GALLERY_SETTINGS,
  ...SOURCE_SETTINGS,
  ...QDRANT_SETTINGS,
  ...HTTP_SETTINGS,
  ...DISCORD_SETTINGS,
});

/** Every variable opfind reads: what a person writes there, and an example. `.env.example` lists the same. */
export const VARIABLES: ReadonlyMap<string, { readonly shape: string; readonly example: string }> = new Map(
  Object.entries(SCHEMA.shape).map(([name, schema]) => {
    const { description = "", examples } = schema.meta() ?? {};
    return [name, { shape: description, example: Array.isArray(examples) ? String(examples[0]) : "" }];
  }),
);

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
  const names = [...VARIABLES.keys()];
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
  const lines = [...VARIABLES]
    .filter(([name]) => wrong.has(name))
    .map(([name, { shape, example }]) => `  ${name} must be ${shape}, for example ${name}=${example}`);
  return new OpfindError(
    "config-invalid",
    `The configuration has ${lines.length} wrong value(s):\n${lines.join("\n")}`,
  );
}
