import type { FranchiseSongs, SeasonSongs } from "../domain/franchise.ts";
import type { Theme } from "../domain/theme.ts";
import { plainText } from "./plain-text.ts";
import { animeTitle, safeLink } from "./song-line.ts";

/**
 * An extended M3U playlist (RFC 8216, section 4.3) in UTF-8 of every song that a source links as audio, each link once,
 * in the order of the franchises. Empty when nothing is linked: a playlist without songs only puzzles.
 */
export function playlistM3u8(franchises: readonly FranchiseSongs[]): string {
  const tracks = new Map<string, string>();
  for (const song of songsOf(franchises)) {
    const link = audioOf(song.theme);
    if (link !== null && !tracks.has(link)) tracks.set(link, `${searchLine(song)} [${place(song)}]`);
  }
  // Players take -1 for "of unknown length".
  const entries = [...tracks].map(([link, name]) => `#EXTINF:-1,${name}\n${link}\n`);
  return entries.length === 0 ? "" : `#EXTM3U\n${entries.join("")}`;
}

/**
 * One "artist – title" per line, each once: what music services import or find by search. Where the artist is unknown
 * the anime stands in its place, which finds the song as well.
 */
export function playlistText(franchises: readonly FranchiseSongs[]): string {
  const lines = new Map(songsOf(franchises).map((song) => [searchLine(song).toLowerCase(), searchLine(song)]));
  return [...lines.values()].map((line) => `${line}\n`).join("");
}

interface Song {
  readonly season: SeasonSongs;
  readonly theme: Theme;
}

function songsOf(franchises: readonly FranchiseSongs[]): readonly Song[] {
  return franchises
    .flatMap(({ seasons }) => seasons)
    .flatMap((season) => [...season.openings, ...season.endings].map((theme) => ({ season, theme })));
}

/** Later versions of a song differ in their pictures and share its sound: the first link speaks for all. */
function audioOf({ versions }: Theme): string | null {
  return versions.map(({ audioUrl }) => safeLink(audioUrl)).find((link) => link !== null) ?? null;
}

function searchLine(song: Song): string {
  const { season, theme } = song;
  const title = plainText(theme.title.romaji || theme.title.native || "");
  const artists = theme.artists.map(({ name }) => plainText(name)).filter((name) => name !== "");
  if (title === "") return `${animeTitle(season.anime.title, "romaji")} – ${labelOf(theme)}`;
  return `${artists.join(", ") || animeTitle(season.anime.title, "romaji")} – ${title}`;
}

function place({ season, theme }: Song): string {
  return `${animeTitle(season.anime.title, "romaji")} ${labelOf(theme)}`;
}

function labelOf({ kind, sequence }: Theme): string {
  return `${kind}${sequence ?? ""}`;
}
