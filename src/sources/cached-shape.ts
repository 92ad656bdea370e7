import { z } from "zod";
import type { Theme } from "../domain/theme.ts";
import type { AnimeNode } from "../pipeline/ports.ts";

/** What the cache may hand back. A type that drifts from the domain fails to compile here. */

const text = z.string().nullable();
const number = z.number().nullable();

export const AnimeNodeShape: z.ZodType<AnimeNode> = z.object({
  anime: z.object({
    anilistId: z.number(),
    malId: number,
    title: z.object({ romaji: z.string(), english: text, native: text }),
    synonyms: z.array(z.string()),
    format: z.enum(["TV", "TV_SHORT", "MOVIE", "SPECIAL", "OVA", "ONA", "MUSIC"]).nullable(),
    startDate: z.object({ year: number, month: number, day: number }),
    episodes: number,
    isAiring: z.boolean(),
    isAdult: z.boolean(),
    coverUrl: text,
    siteUrl: text,
  }),
  relations: z.array(z.object({ kind: z.string(), anilistId: z.number() })),
});

const ThemeVersion = z.object({
  version: number,
  episodes: z.array(z.object({ from: z.number(), to: number })).nullable(),
  notes: text,
  isSpoiler: z.boolean(),
  isNsfw: z.boolean(),
  videoUrl: text,
  audioUrl: text,
});

export const ThemesShape: z.ZodType<readonly Theme[]> = z.array(
  z.object({
    kind: z.enum(["OP", "ED"]),
    sequence: number,
    group: text,
    title: z.object({ romaji: text, native: text }),
    artists: z.array(z.object({ name: z.string(), aliasOf: text, character: text })),
    versions: z.array(ThemeVersion).min(1),
    source: z.enum(["animethemes", "tenrai", "myanimelist", "snapshot"]),
    raw: text,
  }),
);
