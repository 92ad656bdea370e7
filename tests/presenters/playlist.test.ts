import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Anime } from "../../src/domain/anime.ts";
import type { FranchiseSongs, SeasonSongs } from "../../src/domain/franchise.ts";
import type { Theme, ThemeVersion } from "../../src/domain/theme.ts";
import { playlistM3u8, playlistText } from "../../src/presenters/playlist.ts";

const anime: Anime = {
  ...{ anilistId: 1, malId: 1, title: { romaji: "Cowboy Bebop", english: null, native: null }, synonyms: [] },
  ...{ format: "TV", startDate: { year: 1998, month: 4, day: 3 }, episodes: 26, isAiring: false, isAdult: false },
  ...{ coverUrl: null, siteUrl: null },
};
const version: ThemeVersion = {
  ...{ version: 1, episodes: null, notes: null, isSpoiler: false, isNsfw: false },
  ...{ videoUrl: "https://v.example.org/Tank.webm", audioUrl: "https://a.example.org/Tank.ogg" },
};
const tank: Theme = {
  ...{ kind: "OP", sequence: 1, group: null, title: { romaji: "Tank!", native: null } },
  ...{ artists: [{ name: "Seatbelts", aliasOf: null, character: null }], versions: [version] },
  ...{ source: "animethemes", raw: null },
};
const season: SeasonSongs = {
  ...{ anime, role: { kind: "season", number: 1 }, openings: [tank], endings: [], isStale: false },
};

function franchise(...themes: readonly Theme[]): FranchiseSongs {
  return { seasons: [{ ...season, openings: themes }], isCut: false, missing: [] };
}

function linked(audioUrl: string | null): Theme {
  return { ...tank, versions: [{ ...version, audioUrl }] };
}

describe("a playlist with links", () => {
  test("names every song with its artist and place, above its link", () => {
    expect(playlistM3u8([franchise(tank)])).toBe(
      "#EXTM3U\n#EXTINF:-1,Seatbelts – Tank! [Cowboy Bebop OP1]\nhttps://a.example.org/Tank.ogg\n",
    );
  });

  test("holds a link once, also when two seasons or two franchises use the song", () => {
    expect(playlistM3u8([franchise(tank, tank), franchise(tank)]).match(/Tank\.ogg/g)).toHaveLength(1);
  });

  test("takes the first version that has sound", () => {
    const theme = { ...tank, versions: [{ ...version, audioUrl: null }, version] };
    expect(playlistM3u8([franchise(theme)])).toContain("Tank.ogg");
  });

  test.each([null, "", "javascript:alert(1)", "not a link"])("leaves out a song whose link is %j", (audioUrl) => {
    expect(playlistM3u8([franchise(linked(audioUrl))])).toBe("");
  });

  test("has two lines for every song, whatever the sources send", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        fc.webUrl(),
        (name, romaji, audioUrl) => {
          const theme = {
            ...linked(audioUrl),
            title: { romaji, native: null },
            artists: [{ name, aliasOf: null, character: null }],
          };
          const [header, info, link, ...rest] = playlistM3u8([franchise(theme)]).split("\n");
          expect(header).toBe("#EXTM3U");
          expect(info).toMatch(/^#EXTINF:-1,.+ – .+ \[Cowboy Bebop OP1\]$/u);
          expect(link).toMatch(/^https?:\/\//);
          expect(rest).toEqual([""]);
        },
      ),
    );
  });
});

describe("a playlist as text", () => {
  test("is one artist and title per line, each once", () => {
    const real = {
      ...tank,
      kind: "ED" as const,
      title: { romaji: "The Real Folk Blues", native: null },
      artists: [
        { name: "Mai Yamane", aliasOf: null, character: null },
        { name: "Seatbelts", aliasOf: null, character: null },
      ],
    };
    expect(playlistText([franchise(tank, real, tank)])).toBe(
      "Seatbelts – Tank!\nMai Yamane, Seatbelts – The Real Folk Blues\n",
    );
  });

  test("names the anime where nobody knows the artist, and the place where nobody knows the title", () => {
    expect(playlistText([franchise({ ...tank, artists: [] })])).toBe("Cowboy Bebop – Tank!\n");
    expect(playlistText([franchise({ ...tank, title: { romaji: null, native: null } })])).toBe("Cowboy Bebop – OP1\n");
  });

  test("keeps songs that nobody links", () => {
    expect(playlistText([franchise(linked(null))])).toBe("Seatbelts – Tank!\n");
  });

  test("of nothing is empty", () => {
    expect(playlistText([])).toBe("");
    expect(playlistM3u8([])).toBe("");
  });
});
