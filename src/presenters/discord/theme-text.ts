import type { Theme, ThemeVersion } from "../../domain/theme.ts";
import { type SongPhrases, songLine, type VersionLine } from "../song-line.ts";
import { bold, escaped, httpsOnly, joined, linked, type Markdown, NOTHING, ours, spoiler } from "./markdown.ts";
import type { Reader } from "./reader.ts";

/** Longest text of one song: it shares a description of 4,096 with the anime it belongs to. */
const MAX_SONG = 2400;

export interface ThemeContext {
  readonly reader: Reader;
  /** `songPhrases` of the reader */
  readonly phrases: SongPhrases;
  /** the anime is for adults: outside age-restricted channels its songs are named, but not linked */
  readonly isAdult: boolean;
  /** how many songs of this kind the anime has: a single one needs no word on unknown episodes */
  readonly siblings: number;
}

/** How a version is shown to a reader. */
export type Showing = "open" | "veiled" | "omitted-spoiler" | "omitted-nsfw";

export function showing({ isSpoiler, isNsfw }: ThemeVersion, { spoilers, isAgeRestricted }: Reader): Showing {
  if (isNsfw && !isAgeRestricted) return "omitted-nsfw";
  if (!isSpoiler || spoilers === "show") return "open";
  return spoilers === "hide" ? "veiled" : "omitted-spoiler";
}

/** A song whose every version is NSFW is not even named where NSFW has no place. */
export function isShown({ versions }: Theme, reader: Reader): boolean {
  return versions.some((version) => showing(version, reader) !== "omitted-nsfw");
}

/** One song: label, linked title, artists, episodes; further versions on lines of their own. At most `MAX_SONG`. */
export function themeText(theme: Theme, context: ThemeContext): Markdown {
  const { reader } = context;
  const { label, title, artists, versions } = songLine(theme, reader.titleStyle, context.phrases);
  const shown = theme.versions.flatMap((version, at) => {
    const [line, how] = [versions[at], showing(version, reader)];
    return line && (how === "open" || how === "veiled") ? [{ line: unlinked(line, context), how }] : [];
  });
  const [first, ...others] = shown;
  const isLinkable = first?.how === "open" && first.line.link !== null;
  const name = escaped(title, MAX_NAME);
  const main = joined(
    [
      joined(
        [
          bold(escaped(label, MAX_LABEL)),
          isLinkable ? linked(name, first.line.link) : name,
          reader.say.markdown("song.by", { artists: escaped(artists, MAX_NAME) }),
        ],
        " ",
      ),
      first ? facts(first, { ...context, linksTitle: isLinkable }) : NOTHING,
    ],
    " · ",
  );
  return withVersions(
    main,
    others.map((version) => facts(version, { ...context, linksTitle: false })),
    reader,
  );
}

/** Long enough for all but 6 of 25,000 real titles and credits. */
const MAX_NAME = 280;
const MAX_LABEL = 80;
const MAX_MARK = 120;

interface ShownVersion {
  readonly line: VersionLine;
  readonly how: "open" | "veiled";
}

function unlinked(line: VersionLine, { isAdult, reader }: ThemeContext): VersionLine {
  return { ...line, link: isAdult && !reader.isAgeRestricted ? null : httpsOnly(line.link) };
}

function facts(
  { line, how }: ShownVersion,
  { reader, siblings, linksTitle }: ThemeContext & { readonly linksTitle: boolean },
): Markdown {
  const { say } = reader;
  const unknown = siblings > 1 ? say.plain("song.episodes-unknown") : "";
  const listen = line.link === null || linksTitle ? NOTHING : linked(say.markdown("song.listen"), line.link);
  const known = [line.label, line.episodes || unknown, ...line.marks].map((fact) => escaped(fact, MAX_MARK));
  const text = joined([...known.slice(0, MAX_FACTS), listen], " · ");
  return how === "veiled" ? spoiler(text) : text;
}

/** Label, episodes, two marks, the source's remark. */
const MAX_FACTS = 5;

function withVersions(main: Markdown, versions: readonly Markdown[], { say }: Reader): Markdown {
  const lines = [main];
  let length = main.markdown.length;
  for (const [at, version] of versions.entries()) {
    const line = joined([ours("↳"), version], " ");
    if (length + line.markdown.length > MAX_SONG - MAX_MARK) {
      return joined([...lines, say.markdown("song.more-versions", { count: versions.length - at })], "\n");
    }
    lines.push(line);
    length += line.markdown.length + 1;
  }
  return joined(lines, "\n");
}
