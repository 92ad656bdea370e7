import { decodeHTML } from "entities";
import type { Artist, EpisodeRange, Theme, ThemeKind, ThemeSourceName } from "../domain/theme.ts";
import { parseCredit } from "./artist-credit.ts";
import { type Group, outerGroups } from "./brackets.ts";
import { isEpisodeGroup, parseEpisodes } from "./episode-range.ts";
import { splitSong } from "./theme-song.ts";
import { splitTitle } from "./theme-title.ts";

/** One song of a MyAnimeList theme string such as `#1: "Again (アゲイン)" by YUI (eps 1-14)`. */
export interface ParsedTheme {
  /** the number of the prefix; null without one and for reruns ("#R1") */
  readonly sequence: number | null;
  readonly title: Theme["title"];
  readonly artists: readonly Artist[];
  /** null means unknown or unreadable, which is not "all episodes" */
  readonly episodes: readonly EpisodeRange[] | null;
  readonly notes: string | null;
  /** the text as the source sent it */
  readonly raw: string;
}

/** MyAnimeList stores 255 characters per string; a text far beyond holds something else and is kept unread. */
const MAX_CHARACTERS = 4_000;

/** What MyAnimeList's pages say where there is no theme. */
const NOTHING = /^(?:none|n\/a|no (?:opening|ending)(?: themes?)?\.?)?$/i;

/**
 * Reads one theme string of MyAnimeList (Tenrai, Jikan and the API v2 send the same text); several songs glued into
 * one string give several. Never throws: what it cannot read is null or empty and `raw` keeps the text.
 * The rules and the strings they were learnt from: tests/sources/theme-labels.tsv.
 */
export function parseThemeText(text: string): readonly ParsedTheme[] {
  if (text.length > MAX_CHARACTERS) return [unread(text)];
  const clean = cleanText(text);
  if (NOTHING.test(clean)) return [];
  return inheritEpisodes(splitGlued(clean).map((song) => parseSong(song, text)));
}

/** A parsed string as a theme with one version. */
export function toTheme(parsed: ParsedTheme, kind: ThemeKind, source: ThemeSourceName): Theme {
  const { sequence, title, artists, episodes, notes, raw } = parsed;
  const version = { version: null, episodes, notes, isSpoiler: false, isNsfw: false, videoUrl: null, audioUrl: null };
  return { kind, sequence, group: null, title, artists, versions: [version], source, raw };
}

function unread(raw: string): ParsedTheme {
  return { sequence: null, title: { romaji: null, native: null }, artists: [], episodes: null, notes: null, raw };
}

/** Decodes entities (twice: the source encodes some of them again) and makes every blank a single space. */
function cleanText(text: string): string {
  const decoded = decodeHTML(decodeHTML(text))
    .replace(/<br ?\/?>/gi, " ")
    .replaceAll('\\"', '"');
  const clean = decoded.replace(/\s+/g, " ").trim();
  // Only where no straight quote is left to do it: "MOST (MOST以上の“MOSTEST”)" quotes inside a title.
  return clean.includes('"') ? clean : clean.replace(/[“”„]|''/g, '"');
}

/** `… (eps 1-12)#2: "…` and `… by A and "B" by C` hold two songs. */
function splitGlued(text: string): readonly string[] {
  const starts = [
    ...text.matchAll(/[)\]"] ?(?=#R?\d{1,3} ?[:.]? ?")|(?<=" by [^"]{1,200}) (?:and|&|\/) (?="[^"]{1,200}" by )/g),
  ];
  const cuts = starts.map(({ index, 0: found }) => ({
    end: index + (found.startsWith(" ") ? 0 : 1),
    next: index + found.length,
  }));
  const from = [0, ...cuts.map(({ next }) => next)];
  return from.map((start, at) => text.slice(start, cuts[at]?.end ?? text.length));
}

/** "A" by X and "B" by Y (ep 19): the episodes at the end hold for both. */
function inheritEpisodes(songs: readonly ParsedTheme[]): readonly ParsedTheme[] {
  const last = songs.at(-1);
  return songs.map((song) =>
    song.episodes === null && song.sequence !== null && last?.sequence === null
      ? { ...song, episodes: last.episodes }
      : song,
  );
}

function parseSong(song: string, raw: string): ParsedTheme {
  const { sequence, label, quoted, behind, credit } = splitSong(song);
  const { rest, episodes, notes } = takeEpisodes(credit);
  const title = splitTitle(quoted, behind);
  const { artists, notes: creditNotes } = parseCredit(rest);
  const words = [label, ...title.notes, ...creditNotes, ...notes].filter((word) => /[\p{L}\d]/u.test(word));
  return { sequence, title: title.title, artists, episodes, notes: words.length > 0 ? words.join("; ") : null, raw };
}

/** Takes the bracketed episodes out of the credit. */
function takeEpisodes(credit: string): { rest: string; episodes: ParsedTheme["episodes"]; notes: readonly string[] } {
  const groups = episodeGroups(credit, 0);
  const rest = groups.reduceRight(
    (text, { start, end }) => `${text.slice(0, start).replace(/["(]$/, "")} ${text.slice(end).replace(/^[."]+/, "")}`,
    credit,
  );
  const read = groups.map((group) => ({ group, ...parseEpisodes(group) }));
  const known = read.filter(({ episodes }) => episodes !== null);
  const plain = known.filter(({ notes }) => notes.length === 0);
  const chosen = plain.length > 0 ? plain : known.slice(-1);
  const notes = read.flatMap((found) => (chosen.includes(found) ? found.notes : [found.group.inner]));
  const episodes = chosen.flatMap(({ episodes }) => episodes ?? []);
  return { rest: rest.trim(), episodes: episodes.length > 0 ? episodes : null, notes };
}

/** Outermost episode groups; one level deeper for "(Konomi Kohara (eps 3)", whose first bracket never closes. */
function episodeGroups(text: string, depth: 0 | 1): readonly Group[] {
  return outerGroups(text).flatMap((group) => {
    if (isEpisodeGroup(group)) return [group];
    if (depth === 1) return [];
    const offset = group.start + 1;
    return episodeGroups(text.slice(offset, group.end), 1).map((inner) => ({
      ...inner,
      start: inner.start + offset,
      end: inner.end + offset,
    }));
  });
}
