import { z } from "zod";

// Ids and anime as the API writes them; the same names and shapes as domain/.

/** The largest id that fits SQLite and JSON alike. */
const MAX_ID = Number.MAX_SAFE_INTEGER;

export const anilistId = z
  .int()
  .min(1)
  .max(2_147_483_647)
  .meta({ description: "AniList's id of an anime", examples: [16498] });
export const posterId = z
  .int()
  .min(1)
  .max(MAX_ID)
  .meta({ description: "id of a poster in the gallery", examples: [42] });

/** In a path or a form every value arrives as text. */
const digits = z.string().regex(/^\d{1,16}$/);
export const anilistIdParam = digits
  .transform(Number)
  .pipe(anilistId)
  .meta({ examples: ["16498"] });
export const posterIdParam = digits
  .transform(Number)
  .pipe(posterId)
  .meta({ examples: ["42"] });

const title = z.object({
  romaji: z.string(),
  english: z.string().nullable(),
  native: z.string().nullable(),
});

const partialDate = z.object({
  year: z.int().nullable(),
  month: z.int().nullable(),
  day: z.int().nullable(),
});

export const anime = z
  .object({
    anilistId,
    malId: z.int().nullable(),
    title,
    synonyms: z.array(z.string()).readonly(),
    format: z.enum(["TV", "TV_SHORT", "MOVIE", "SPECIAL", "OVA", "ONA", "MUSIC"]).nullable(),
    startDate: partialDate,
    episodes: z.int().nullable(),
    isAiring: z.boolean(),
    isAdult: z.boolean(),
    coverUrl: z.string().nullable(),
    siteUrl: z.string().nullable(),
  })
  .meta({ description: "An anime as AniList knows it" });

export const score = z
  .number()
  .min(-1.001)
  .max(1.001)
  .meta({ description: "cosine, higher is closer", examples: [0.93] });
export const confidence = z
  .number()
  .min(0)
  .max(1)
  .meta({ description: "calibrated probability of being right", examples: [0.998] });
