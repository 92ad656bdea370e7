import { z } from "zod";
import { flag, url, variable } from "./variable.ts";

/** The gallery on Qdrant, for several instances. */
export const QDRANT_SETTINGS = {
  QDRANT_URL: variable(url.optional(), "an http(s) URL", "http://localhost:6333"),
  QDRANT_API_KEY: variable(z.string().min(1).optional(), "an API key of Qdrant", "a-long-secret"),
  QDRANT_COLLECTION: variable(
    z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,99}$/)
      .default("opfind"),
    "a name of small letters, digits, - and _",
    "opfind",
  ),
  QDRANT_HNSW_M: variable(z.coerce.number().int().min(4).max(128).default(16), "a whole number from 4 to 128", "16"),
  QDRANT_HNSW_EF_CONSTRUCT: variable(
    z.coerce.number().int().min(4).max(4096).default(128),
    "a whole number from 4 to 4096",
    "128",
  ),
  QDRANT_HNSW_EF: variable(
    z.coerce.number().int().min(1).max(4096).default(128),
    "a whole number from 1 to 4096",
    "128",
  ),
  QDRANT_QUANTISATION: variable(z.enum(["off", "int8"]).default("off"), "off or int8", "int8"),
  QDRANT_ON_DISK: variable(flag.default(false), "0 or 1", "1"),
  QDRANT_REPLICAS: variable(z.coerce.number().int().min(1).max(16).default(1), "a whole number from 1 to 16", "2"),
  QDRANT_WRITE_REPLICAS: variable(
    z.coerce.number().int().min(1).max(16).default(1),
    "a whole number from 1 to 16",
    "2",
  ),
  QDRANT_SHARDS: variable(z.coerce.number().int().min(1).max(1024).optional(), "a whole number from 1 to 1024", "6"),
  QDRANT_WAL_MB: variable(z.coerce.number().int().min(1).max(1024).default(32), "a whole number from 1 to 1024", "32"),
  QDRANT_TIMEOUT_MS: variable(
    z.coerce.number().int().min(100).max(600_000).default(10_000),
    "milliseconds from 100 to 600000",
    "10000",
  ),
} as const;
