import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Anime } from "../../../src/domain/anime.ts";
import type { FranchiseSongs, SeasonSongs } from "../../../src/domain/franchise.ts";
import type { Theme, ThemeVersion } from "../../../src/domain/theme.ts";
import { presentMatch, presentQuietMatch } from "../../../src/presenters/discord/match.ts";
import type { DiscordMessage } from "../../../src/presenters/discord/message.ts";
import type { Reader } from "../../../src/presenters/discord/reader.ts";
import { songPages } from "../../../src/presenters/discord/song-pages.ts";
import { presentSongs } from "../../../src/presenters/discord/songs.ts";
import { readThemeList } from "../../../src/sources/theme-list.ts";
import { refusals } from "../../support/discord-limits.ts";
import { hostileSongs, hostileText, numbered, reader } from "../../support/discord-songs.ts";
import { linksIn, markupKinds, readAs } from "../../support/discord-text.ts";
import { sharedDir } from "../../support/shared.ts";

const OURS = ["em", "heading", "link", "spoiler", "strong"];

function onPage(songs: FranchiseSongs, page: number, to: Reader): DiscordMessage {
  const anilistId = songs.seasons[0]?.anime.anilistId ?? 1;
  const match = { anilistId, title: "Q", confidence: 0.97, score: 0.9, posterId: 1, sameArtwork: [anilistId, 2, 3, 4] };
  return presentMatch({ match, songs, page, isEphemeral: true, confirmedBy: null }, to);
}

/** Every page of an answer, as people turn them. */
function pagesOf(songs: FranchiseSongs, to: Reader): readonly DiscordMessage[] {
  const count = Math.max(1, songPages(songs, to).length);
  return Array.from({ length: count }, (_, page) => onPage(songs, page, to));
}

const descriptions = (pages: readonly DiscordMessage[]) => pages.map(({ embeds }) => embeds[0]?.description ?? "");

/** The marks of songs (see `numbered`) in the order in which they are read. */
function songsRead(pages: readonly DiscordMessage[]): readonly number[] {
  const text = descriptions(pages).map(readAs).join("\n");
  return [...text.matchAll(/Q(\d+)Q/g)].map(([, number]) => Number(number));
}

const readers = fc
  .record({
    locale: fc.constantFrom("en-US", "ja"),
    titleStyle: fc.constantFrom("romaji" as const, "english" as const, "native" as const),
    spoilers: fc.constantFrom("hide" as const, "show" as const, "omit" as const),
    isAgeRestricted: fc.boolean(),
  })
  .map(reader);

/** What the policy of NSFW leaves of all songs. */
function expected(songs: FranchiseSongs, { isAgeRestricted }: Reader): readonly string[] {
  const themes = songs.seasons.flatMap(({ openings, endings }) => [...openings, ...endings]);
  const shown = themes.filter(({ versions }) => isAgeRestricted || versions.some(({ isNsfw }) => !isNsfw));
  return shown.map(({ title }) => /Q(\d+)Q/.exec(title.romaji ?? "")?.[1] ?? "");
}

describe("whatever the sources send", () => {
  test("each song is on exactly one page, and Discord accepts every page", () => {
    fc.assert(
      fc.property(hostileSongs, readers, (raw, to) => {
        const { songs } = numbered(raw);
        const pages = pagesOf(songs, to);
        expect(pages.flatMap(refusals)).toEqual([]);
        expect([...songsRead(pages)].sort((a, b) => a - b)).toEqual(expected(songs, to).map(Number));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);

  test("no markup comes to life but ours, and no link leads elsewhere", () => {
    fc.assert(
      fc.property(hostileSongs, readers, (songs, to) => {
        const texts = onPage(songs, 0, to).embeds.flatMap(({ title = "", description = "", fields = [] }) => [
          title,
          description,
          ...fields.map(({ value }) => value),
        ]);
        expect(texts.flatMap(markupKinds).filter((kind) => !OURS.includes(kind))).toEqual([]);
        const hosts = texts.flatMap(linksIn).map((target) => new URL(target).host);
        expect(hosts.filter((host) => host !== "a.example" && host !== "anilist.co")).toEqual([]);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);

  test("the short forms are accepted as well", () => {
    fc.assert(
      fc.property(hostileSongs, hostileText, readers, (songs, title, to) => {
        const match = { anilistId: 1, title, confidence: 1, score: 1, posterId: 1, sameArtwork: [] };
        const answer = { match, page: null, isEphemeral: false, confirmedBy: "1" };
        const failure = { failure: "source-down" } as const;
        const one = { anilistId: 1, songs, page: 9, isEphemeral: true, isConfirmable: true, confirmedBy: null };
        const shown = [
          presentQuietMatch({ ...answer, songs }, to),
          presentQuietMatch({ ...answer, songs: failure, confirmedBy: null }, to),
          presentMatch({ ...answer, songs: failure, confirmedBy: null }, to),
          presentSongs(one, to),
        ];
        // Quiet and confirmed leaves no button, but never an empty row.
        expect(shown.flatMap(refusals)).toEqual([]);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);
});

interface Row {
  readonly mal_id: number;
  readonly title: string;
  readonly title_english: string | null;
  readonly title_japanese: string | null;
  readonly openings: readonly string[];
  readonly endings: readonly string[];
}

const nobody: Anime = {
  anilistId: 1,
  malId: null,
  title: { romaji: "", english: null, native: null },
  synonyms: [],
  format: "TV",
  startDate: { year: 2018, month: null, day: null },
  episodes: 12,
  isAiring: false,
  isAdult: false,
  coverUrl: null,
  siteUrl: null,
};

function seasonOf({ mal_id, title, title_english, title_japanese, openings, endings }: Row, at: number): SeasonSongs {
  return {
    anime: { ...nobody, anilistId: mal_id, title: { romaji: title, english: title_english, native: title_japanese } },
    role: { kind: "season", number: at + 1 },
    openings: readThemeList(openings, "OP", "myanimelist"),
    endings: readThemeList(endings, "ED", "myanimelist"),
    isStale: false,
  };
}

describe.skipIf(sharedDir === undefined)("all songs of 2018 (skipped without ../shared)", () => {
  const lines = sharedDir
    ? readFileSync(`${sharedDir}/data/themes/mal-themes-2018.jsonl`, "utf8").trimEnd().split("\n")
    : [];
  const rows: readonly Row[] = lines.map((line) => JSON.parse(line));
  const asFranchise = (some: readonly Row[]): FranchiseSongs => ({
    seasons: some.map(seasonOf),
    isCut: false,
    missing: [],
  });

  test("the 102 of one anime are read once each, on pages that Discord accepts", () => {
    const longest = rows.filter(({ openings, endings }) => openings.length + endings.length > 40);
    expect(longest.length).toBe(4);
    for (const row of longest) {
      const { songs, count } = numbered(asFranchise([row]));
      const pages = pagesOf(songs, reader());
      expect(pages.flatMap(refusals)).toEqual([]);
      expect(songsRead(pages)).toEqual(Array.from({ length: count }, (_, at) => at));
      expect(pages.length).toBe(Math.ceil(count / 15));
    }
  });

  test("no anime, and no twelve of them as seasons, make a page that Discord refuses or markup of a title", () => {
    expect(rows.length).toBe(6668);
    const to = reader({ titleStyle: "english" });
    for (let from = 0; from < rows.length; from += 12) {
      const { songs, count } = numbered(asFranchise(rows.slice(from, from + 12)));
      const texts = songPages(songs, to).map(({ text }) => text.markdown);
      const marks = texts.join("\n").match(/Q\d+Q/g) ?? [];
      expect([marks.length, new Set(marks).size]).toEqual([count, count]);
      expect(texts.filter((text) => text.length > 3000)).toEqual([]);
      expect(refusals(onPage(songs, from % texts.length, to))).toEqual([]);
      expect(markupKinds(texts[from % texts.length] ?? "").filter((kind) => !OURS.includes(kind))).toEqual([]);
    }
  }, 120_000);
});

describe.skipIf(sharedDir === undefined)("AnimeThemes' own answers (skipped without ../shared)", () => {
  interface Recorded {
    readonly name: string;
    readonly animethemes: readonly {
      readonly title: string;
      readonly type: Theme["kind"];
      readonly artists: readonly string[];
      readonly videoLink: string;
    }[];
  }
  const file = sharedDir ? readFileSync(`${sharedDir}/data/themes/animethemes-618-anime.json`, "utf8") : "{}";
  const recorded: readonly (readonly [string, Recorded])[] = Object.entries(JSON.parse(file));
  const version: ThemeVersion = {
    version: null,
    episodes: null,
    notes: null,
    isSpoiler: false,
    isNsfw: false,
    videoUrl: null,
    audioUrl: null,
  };
  const toTheme = ({ title, type, artists, videoLink }: Recorded["animethemes"][number]): Theme => ({
    kind: type,
    sequence: null,
    group: null,
    title: { romaji: title, native: null },
    artists: artists.map((name) => ({ name, aliasOf: null, character: null })),
    versions: [{ ...version, videoUrl: videoLink }],
    source: "animethemes",
    raw: null,
  });

  test("keep every song and every link", () => {
    for (const [id, { name, animethemes }] of recorded) {
      const themes = animethemes.map(toTheme);
      const anime = { ...nobody, anilistId: Number(id), title: { romaji: name, english: null, native: null } };
      const season: SeasonSongs = {
        anime,
        role: { kind: "season", number: 1 },
        openings: themes.filter(({ kind }) => kind === "OP"),
        endings: themes.filter(({ kind }) => kind === "ED"),
        isStale: false,
      };
      const pages = pagesOf({ seasons: [season], isCut: false, missing: [] }, reader());
      expect(pages.flatMap(refusals)).toEqual([]);
      const links = descriptions(pages).flatMap(linksIn);
      const wanted = animethemes.map(({ videoLink }) => videoLink).filter((link) => link !== "");
      expect(links.filter((link) => !link.startsWith("https://anilist.co/")).sort()).toEqual([...wanted].sort());
    }
  });
});
