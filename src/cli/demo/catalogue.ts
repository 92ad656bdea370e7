import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { openSongsOf, type SongsOf } from "../../pipeline/enrich.ts";
import { uncachedAnime, uncachedThemes } from "../../sources/cached.ts";
import { walkFranchise } from "../../sources/franchise-walk.ts";
import { Snapshot } from "../../sources/snapshot.ts";

const Song = z.object({
  kind: z.enum(["OP", "ED"]),
  title: z.string(),
  native: z.string().nullable(),
  artist: z.string(),
  /** "1-12", "1-7, 9-12", "8"; null for a film */
  episodes: z.string().nullable(),
});

const Show = z.object({
  anilistId: z.int().positive(),
  file: z.string(),
  title: z.string(),
  titleNative: z.string(),
  season: z.string(),
  format: z.enum(["TV", "MOVIE", "OVA", "SPECIAL"]),
  startDate: z.iso.date(),
  episodes: z.int().positive(),
  themes: z.array(Song),
});

const Catalogue = z.object({
  shows: z.array(Show),
  strangers: z.array(z.object({ file: z.string(), title: z.string() })),
});

export type Catalogue = z.infer<typeof Catalogue>;
type Show = z.infer<typeof Show>;

/** The invented series of examples/catalogue.json. */
export async function readCatalogue(examples: string): Promise<Catalogue> {
  return Catalogue.parse(JSON.parse(await readFile(join(examples, "catalogue.json"), "utf8")));
}

/**
 * Lets the invented catalogue answer through the same adapter as the bundled facts: it is written in the snapshot's
 * format to `folder` and read from there.
 */
export async function openInventedSongs({ shows }: Catalogue, folder: string): Promise<SongsOf> {
  const file = join(folder, "embeddings", "starter", "snapshot.jsonl.gz");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, gzipSync(toSnapshot(shows)));
  const snapshot = new Snapshot(folder);
  return openSongsOf({ anime: [uncachedAnime(snapshot)], themes: [uncachedThemes(snapshot)], walk: walkFranchise });
}

function toSnapshot(shows: readonly Show[]): string {
  const counts = {
    anime: shows.length,
    withThemes: shows.length,
    themes: shows.flatMap(({ themes }) => themes).length,
  };
  const header = { version: 1, date: "2026-11-20", sources: ["examples/catalogue.json"], counts };
  return [header, ...shows.map((show) => toRow(show, shows))].map((line) => JSON.stringify(line)).join("\n");
}

function toRow(show: Show, shows: readonly Show[]) {
  const { anilistId, title, titleNative, season, format, startDate, episodes } = show;
  return {
    id: anilistId,
    romaji: `${title} (${season})`,
    native: titleNative,
    format,
    date: startDate.split("-").map(Number),
    episodes,
    relations: relationsOf(show, shows),
    related: true,
    themes: show.themes.map((song) => toTheme(song, show)),
  };
}

/** Seasons of one title follow each other by date; whatever else bears the title stands beside the first. */
function relationsOf(show: Show, shows: readonly Show[]): readonly (readonly [string, number])[] {
  const franchise = shows.filter(({ title }) => title === show.title);
  const seasons = franchise.filter(({ format }) => format === "TV");
  const at = seasons.indexOf(show);
  if (at === -1) return seasons.slice(0, 1).map(({ anilistId }) => ["PARENT", anilistId]);
  const aside = at === 0 ? franchise.filter(({ format }) => format !== "TV") : [];
  return [
    ...seasons.slice(Math.max(0, at - 1), at).map(({ anilistId }) => ["PREQUEL", anilistId] as const),
    ...seasons.slice(at + 1, at + 2).map(({ anilistId }) => ["SEQUEL", anilistId] as const),
    ...aside.map(({ anilistId }) => ["SIDE_STORY", anilistId] as const),
  ];
}

function toTheme({ kind, title, native, artist, episodes }: z.infer<typeof Song>, { themes }: Show) {
  const ofKind = themes.filter((theme) => theme.kind === kind);
  const place = ofKind.findIndex((theme) => theme.title === title) + 1;
  return {
    kind,
    ...(ofKind.length > 1 ? { sequence: place } : {}),
    romaji: title,
    ...(native ? { native } : {}),
    artists: [[artist]],
    ...(episodes ? { episodes: episodes.split(", ").map(toRange) } : {}),
  };
}

function toRange(range: string): readonly [number, number] {
  const [from = Number.NaN, to = from] = range.split("-").map(Number);
  return [from, to];
}
