import fc from "fast-check";
import type { Anime, AnimeFormat } from "../../src/domain/anime.ts";
import type { FranchiseRole, FranchiseSongs, Missing, SeasonSongs } from "../../src/domain/franchise.ts";
import type { Theme, ThemeVersion } from "../../src/domain/theme.ts";
import type { Action } from "../../src/presenters/discord/action.ts";
import type { Reader } from "../../src/presenters/discord/reader.ts";
import { openWords } from "../../src/presenters/discord/words.ts";

const words = openWords();

/** A reader in English who sees everything. */
export function reader(changes: Partial<Omit<Reader, "say">> & { readonly locale?: string } = {}): Reader {
  const { locale = "en-US", ...rest } = changes;
  return {
    say: words.in(locale),
    titleStyle: "romaji",
    spoilers: "hide",
    isAgeRestricted: false,
    customId: (action: Action) => `v1:${action}:0123456789abcdef`,
    ...rest,
  };
}

const PIECES = [
  ...["**", "__", "||", "`", "```", "~~", "*", "_", "\\", "[", "]", "(", ")", "](https://evil.example)", "<", ">"],
  ...["@everyone", "@here", "<@123456789012345678>", "<#1>", "<@&1>", "https://evil.example", "http", "://", ":"],
  ...["# ", "-# ", "> ", ">>> ", "- ", "1. ", "\n", "\n\n", "\r", "\u0000", "\u202e", "\u2066", "\u200b", "\ud800"],
  ...[
    "<t:1:R>",
    "</x:1>",
    "<id:home>",
    "discord.gg/x",
    ":smile:",
    "{{title}}",
    "$t(song.listen)",
    "$&",
    "紅蓮",
    "👩‍🚀",
  ],
  ...["é", " ", "abc", "x".repeat(300), "_".repeat(300), "漢".repeat(300)],
];

/** Text as the worst source could send it. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "binary" })), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(""));

const hostileUrl = fc.oneof(
  fc.constantFrom(null, "javascript:alert(1)", "http://a.example", "https://a.example/)**||x", "https://a.example/ok"),
  hostileText.map((text) => `https://a.example/${text}`),
);

const version: fc.Arbitrary<ThemeVersion> = fc.record({
  version: fc.option(fc.integer({ min: 0, max: 99 })),
  episodes: fc.option(fc.array(fc.record({ from: fc.nat(), to: fc.option(fc.nat()) }), { maxLength: 40 })),
  notes: fc.option(hostileText),
  isSpoiler: fc.boolean(),
  isNsfw: fc.boolean(),
  videoUrl: hostileUrl,
  audioUrl: hostileUrl,
});

const theme = (kind: Theme["kind"]): fc.Arbitrary<Theme> =>
  fc.record({
    kind: fc.constant(kind),
    sequence: fc.option(fc.nat({ max: 99 })),
    group: fc.option(hostileText),
    title: fc.record({ romaji: fc.option(hostileText), native: fc.option(hostileText) }),
    artists: fc.array(
      fc.record({ name: hostileText, aliasOf: fc.option(hostileText), character: fc.option(hostileText) }),
      { maxLength: 12 },
    ),
    versions: fc.array(version, { minLength: 1, maxLength: 9 }),
    source: fc.constantFrom("animethemes", "tenrai", "myanimelist", "snapshot"),
    raw: fc.constant(null),
  });

export const hostileAnime: fc.Arbitrary<Anime> = fc.record({
  anilistId: fc.integer({ min: 1, max: 999_999 }),
  malId: fc.constant(null),
  title: fc.record({ romaji: hostileText, english: fc.option(hostileText), native: fc.option(hostileText) }),
  synonyms: fc.constant([]),
  format: fc.option(fc.constantFrom<AnimeFormat>("TV", "TV_SHORT", "MOVIE", "SPECIAL", "OVA", "ONA", "MUSIC")),
  startDate: fc.record({
    year: fc.option(fc.integer({ min: 1900, max: 2100 })),
    month: fc.constant(null),
    day: fc.constant(null),
  }),
  episodes: fc.option(fc.nat()),
  isAiring: fc.boolean(),
  isAdult: fc.boolean(),
  coverUrl: hostileUrl,
  siteUrl: hostileUrl,
});

const role: fc.Arbitrary<FranchiseRole> = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((number) => ({ kind: "season" as const, number })),
  fc.constantFrom<FranchiseRole>({ kind: "film" }, { kind: "ova" }, { kind: "special" }, { kind: "other" }),
);

const missing: fc.Arbitrary<Missing> = fc.record({
  part: fc.constantFrom("identity", "relations", "songs"),
  source: fc.constantFrom("anilist", "animethemes", "tenrai", "myanimelist", "snapshot"),
  reason: fc.constantFrom("down", "throttled", "refused", "other-shape", "timeout", "offline", "not-catalogued"),
  detail: hostileText,
});

/** A franchise as the worst sources could tell it. */
export const hostileSongs: fc.Arbitrary<FranchiseSongs> = fc.record({
  seasons: fc.uniqueArray(
    fc.record({
      anime: hostileAnime,
      role,
      openings: fc.array(theme("OP"), { maxLength: 9 }),
      endings: fc.array(theme("ED"), { maxLength: 9 }),
      isStale: fc.boolean(),
    }),
    { maxLength: 7, selector: ({ anime }) => anime.anilistId },
  ),
  isCut: fc.boolean(),
  missing: fc.array(missing, { maxLength: 6 }),
});

/** The same songs, each title beginning with a mark of its own: "Q7Q". */
export function numbered(songs: FranchiseSongs): { readonly songs: FranchiseSongs; readonly count: number } {
  let count = 0;
  const mark = (themes: readonly Theme[]) =>
    themes.map((one): Theme => {
      count += 1;
      // Without its other title: what leads is cut last, and the mark has to stay in sight.
      return { ...one, title: { romaji: `Q${count - 1}Q ${one.title.romaji ?? ""}`, native: null } };
    });
  const seasons = songs.seasons.map(
    (season): SeasonSongs => ({ ...season, openings: mark(season.openings), endings: mark(season.endings) }),
  );
  return { songs: { ...songs, seasons }, count };
}
