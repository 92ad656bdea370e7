import { z } from "zod";
import { anime } from "./anime-schemas.ts";

// `FranchiseSongs` of domain/franchise.ts, as the API writes it.

const artist = z.object({
  name: z.string(),
  aliasOf: z.string().nullable(),
  character: z.string().nullable(),
});

const version = z.object({
  version: z.number().nullable(),
  episodes: z
    .array(z.object({ from: z.number(), to: z.number().nullable() }))
    .readonly()
    .nullable()
    .meta({ description: "null is unknown, which is not all episodes; an open end is null" }),
  notes: z.string().nullable(),
  isSpoiler: z.boolean(),
  isNsfw: z.boolean(),
  videoUrl: z.string().nullable(),
  audioUrl: z.string().nullable(),
});

const theme = z.object({
  kind: z.enum(["OP", "ED"]),
  sequence: z.number().nullable().meta({ description: "the number in OP1; null when there is a single one" }),
  group: z.string().nullable(),
  title: z.object({ romaji: z.string().nullable(), native: z.string().nullable() }),
  artists: z.array(artist).readonly(),
  versions: z.array(version).readonly(),
  source: z.enum(["animethemes", "tenrai", "myanimelist", "snapshot"]),
  raw: z.string().nullable(),
});

const role = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("season"), number: z.number() }),
  z.object({ kind: z.enum(["film", "ova", "special", "other"]) }),
]);

const missing = z.object({
  part: z.enum(["identity", "relations", "songs"]),
  source: z.enum(["anilist", "animethemes", "tenrai", "myanimelist", "snapshot"]),
  reason: z.enum([
    "down",
    "throttled",
    "refused",
    "other-shape",
    "timeout",
    "offline",
    "not-catalogued",
    "not-configured",
  ]),
  detail: z.string(),
});

const season = z.object({
  anime,
  role,
  openings: z.array(theme).readonly(),
  endings: z.array(theme).readonly(),
  isStale: z.boolean().meta({ description: "an earlier answer, because its source is down" }),
});

export const franchiseSongs = z
  .object({
    seasons: z.array(season).readonly(),
    isCut: z.boolean().meta({ description: "the search for seasons stopped at its limit" }),
    missing: z.array(missing).readonly().meta({ description: "what could not be had, and why" }),
  })
  .meta({ id: "FranchiseSongs", description: "Every opening and ending of all seasons" });
