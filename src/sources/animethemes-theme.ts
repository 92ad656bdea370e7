import { z } from "zod";
import type { Artist, EpisodeRange, Theme, ThemeVersion } from "../domain/theme.ts";

const text = z.string().nullish();

const Video = z.object({
  link: z.string(),
  resolution: z.number().nullish(),
  nc: z.boolean().nullish(),
  overlap: text,
  audio: z.object({ link: text }).nullish(),
});

const Entry = z.object({
  version: z.number().int().nullish(),
  episodes: text,
  notes: text,
  nsfw: z.boolean(),
  spoiler: z.boolean(),
  videos: z.object({ nodes: z.array(Video) }).nullish(),
});

const Performance = z.object({
  alias: text,
  as: text,
  artist: z.object({ id: z.number().int(), name: z.object({ main: z.string() }) }).nullish(),
});

const Song = z.object({
  title: z.object({ romaji: text, native: text }).nullish(),
  performances: z.array(Performance).nullish(),
});

/** A theme as AnimeThemes tells it; the song and its title may be unknown. https://api-docs.animethemes.moe/graphql/ */
export const ThemeNode = z.object({
  type: z.string(),
  sequence: z.number().int().nullish(),
  group: z.object({ name: z.string() }).nullish(),
  song: Song.nullish(),
  animethemeentries: z.array(Entry),
});

/** @returns none for insert songs, which are no openings or endings */
export function toTheme({
  type,
  sequence,
  group,
  song,
  animethemeentries,
}: z.infer<typeof ThemeNode>): readonly Theme[] {
  if (type !== "OP" && type !== "ED") return [];
  const versions = animethemeentries.map(toVersion);
  return [
    {
      kind: type,
      sequence: sequence ?? null,
      group: group?.name ?? null,
      title: { romaji: song?.title?.romaji ?? null, native: song?.title?.native ?? null },
      artists: toArtists(song?.performances ?? []),
      versions: versions.length > 0 ? versions : [UNKNOWN_VERSION],
      source: "animethemes",
      raw: null,
    },
  ];
}

const UNKNOWN_VERSION: ThemeVersion = {
  version: null,
  episodes: null,
  notes: null,
  isSpoiler: false,
  isNsfw: false,
  videoUrl: null,
  audioUrl: null,
};

/** A group stands once per member in the answer: one artist is shown once per name and character. */
function toArtists(performances: readonly z.infer<typeof Performance>[]): readonly Artist[] {
  const artists = new Map<string, Artist>();
  for (const { alias, as, artist } of performances) {
    if (!artist) continue;
    const main = artist.name.main;
    const credit = { name: alias || main, aliasOf: alias && alias !== main ? main : null, character: as || null };
    const key = `${artist.id} ${credit.name} ${credit.character ?? ""}`;
    if (!artists.has(key)) artists.set(key, credit);
  }
  return [...artists.values()];
}

function toVersion({ version, episodes, notes, nsfw, spoiler, videos }: z.infer<typeof Entry>): ThemeVersion {
  const best = [...(videos?.nodes ?? [])].sort(byWorth)[0];
  return {
    version: version ?? null,
    episodes: parseEpisodeList(episodes ?? ""),
    notes: notes || null,
    isSpoiler: spoiler,
    isNsfw: nsfw,
    videoUrl: best?.link ?? null,
    audioUrl: best?.audio?.link ?? null,
  };
}

/** Without credits first, then without an overlapping scene, then the larger picture; else the order of ids. */
function byWorth(a: z.infer<typeof Video>, b: z.infer<typeof Video>): number {
  const isPlain = ({ overlap }: z.infer<typeof Video>) => Number(!overlap || overlap === "NONE");
  return (
    Number(b.nc ?? false) - Number(a.nc ?? false) ||
    isPlain(b) - isPlain(a) ||
    (b.resolution ?? 0) - (a.resolution ?? 0)
  );
}

/**
 * "1-7, 9-12", "8", "3-" as ranges. Anything unreadable, reversed or empty makes the whole list null: unknown, which
 * is not "all episodes".
 */
export function parseEpisodeList(list: string): readonly EpisodeRange[] | null {
  const ranges = list.split(",").map((part) => parseRange(part.trim()));
  const known = ranges.filter((range) => range !== null);
  return known.length === ranges.length ? known : null;
}

function parseRange(part: string): EpisodeRange | null {
  const match = /^(\d{1,4})(?:\s*([-–])\s*(\d{1,4})?)?$/.exec(part);
  if (!match) return null;
  const from = Number(match[1]);
  const to = match[2] ? (match[3] ? Number(match[3]) : null) : from;
  return to !== null && to < from ? null : { from, to };
}
