import { z } from "zod";
import { flag, url, whole } from "./setting-kinds.ts";

/** Where Qdrant is, and how its collection is made; see docs/scaling.md. Part of `VARIABLES` in config.ts. */
export const QDRANT_VARIABLES = {
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
  QDRANT_HNSW_M: whole(4, 128, 16),
  QDRANT_HNSW_EF_CONSTRUCT: whole(4, 4096, 128),
  QDRANT_HNSW_EF: whole(1, 4096, 128),
  QDRANT_QUANTISATION: { schema: z.enum(["off", "int8"]).default("off"), shape: "off or int8", example: "int8" },
  QDRANT_ON_DISK: { schema: flag.default(false), shape: "0 or 1", example: "1" },
  QDRANT_REPLICAS: whole(1, 16, 1),
  QDRANT_WRITE_REPLICAS: whole(1, 16, 1),
  QDRANT_SHARDS: {
    schema: z.coerce.number().int().min(1).max(1024).optional(),
    shape: "a whole number from 1 to 1024",
    example: "6",
  },
  QDRANT_WAL_MB: whole(1, 1024, 32),
  QDRANT_TIMEOUT_MS: whole(100, 600_000, 10_000),
} as const;

export const QDRANT_SCHEMAS = {
  QDRANT_URL: QDRANT_VARIABLES.QDRANT_URL.schema,
  QDRANT_API_KEY: QDRANT_VARIABLES.QDRANT_API_KEY.schema,
  QDRANT_COLLECTION: QDRANT_VARIABLES.QDRANT_COLLECTION.schema,
  QDRANT_HNSW_M: QDRANT_VARIABLES.QDRANT_HNSW_M.schema,
  QDRANT_HNSW_EF_CONSTRUCT: QDRANT_VARIABLES.QDRANT_HNSW_EF_CONSTRUCT.schema,
  QDRANT_HNSW_EF: QDRANT_VARIABLES.QDRANT_HNSW_EF.schema,
  QDRANT_QUANTISATION: QDRANT_VARIABLES.QDRANT_QUANTISATION.schema,
  QDRANT_ON_DISK: QDRANT_VARIABLES.QDRANT_ON_DISK.schema,
  QDRANT_REPLICAS: QDRANT_VARIABLES.QDRANT_REPLICAS.schema,
  QDRANT_WRITE_REPLICAS: QDRANT_VARIABLES.QDRANT_WRITE_REPLICAS.schema,
  QDRANT_SHARDS: QDRANT_VARIABLES.QDRANT_SHARDS.schema,
  QDRANT_WAL_MB: QDRANT_VARIABLES.QDRANT_WAL_MB.schema,
  QDRANT_TIMEOUT_MS: QDRANT_VARIABLES.QDRANT_TIMEOUT_MS.schema,
};
