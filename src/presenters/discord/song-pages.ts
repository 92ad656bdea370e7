import type { AnilistId } from "../../domain/anime.ts";
import type { FranchiseRole, FranchiseSongs, SeasonSongs } from "../../domain/franchise.ts";
import type { Theme } from "../../domain/theme.ts";
import { coverFor, seasonHeading, seasonName } from "./anime-facts.ts";
import { bold, type Markdown } from "./markdown.ts";
import { type Budget, pack, type Section } from "./pack.ts";
import type { Reader } from "./reader.ts";
import { songPhrases } from "./song-phrases.ts";
import { isShown, themeText } from "./theme-text.ts";
import type { WordKey } from "./words.ts";

/** One page of the songs of a franchise. */
export interface SongPage {
  /** for menus, not escaped: "Season 1: Shingeki no Kyojin", "Films (2 of 3)" */
  readonly name: string;
  readonly text: Markdown;
  readonly anilistIds: readonly AnilistId[];
  readonly cover: string | null;
}

/** A description has 4,096; some 900 of it belong to what stands above the songs. */
const PAGE: Budget = { length: 3000, items: 15 };

/** A franchise with fewer songs is one page: nobody wants to turn pages for it. */
const FITS_ONE_PAGE = 10;

/** All songs on pages: one for each season, the films together, the OVAs together …; long ones are split. */
export function songPages({ seasons }: FranchiseSongs, reader: Reader): readonly SongPage[] {
  const songs = seasons.reduce((sum, { openings, endings }) => sum + openings.length + endings.length, 0);
  const whole = songs <= FITS_ONE_PAGE ? seasonPages(seasons, reader.say.plain("songs.all"), reader) : [];
  if (whole.length === 1) return whole;
  const numbered = seasons.filter(({ role }) => role.kind === "season");
  return [
    ...numbered.flatMap((season) => seasonPages([season], seasonName(season, reader), reader)),
    ...OTHERS.flatMap(([kind, key]) => {
      const alike = seasons.filter(({ role }) => role.kind === kind);
      return seasonPages(alike, reader.say.plain(key), reader);
    }),
  ];
}

/** The page with the songs of an anime, the first when there is none. */
export function pageOf(pages: readonly SongPage[], anilistId: AnilistId): number {
  return Math.max(
    0,
    pages.findIndex(({ anilistIds }) => anilistIds.includes(anilistId)),
  );
}

const OTHERS: readonly (readonly [FranchiseRole["kind"], WordKey])[] = [
  ["film", "songs.films"],
  ["ova", "songs.ovas"],
  ["special", "songs.specials"],
  ["other", "songs.others"],
];

/** Some anime's songs on as many pages as they need. @param name of the pages together, for menus */
export function seasonPages(seasons: readonly SeasonSongs[], name: string, reader: Reader): readonly SongPage[] {
  const pages = pack(
    seasons.map((season) => section(season, reader)),
    PAGE,
  );
  return pages.map(({ text, sections }, at) => {
    const here = sections.flatMap((number) => seasons[number] ?? []);
    const [only] = here.length === 1 ? here : [];
    return {
      name:
        pages.length === 1 ? name : reader.say.plain("songs.part", { title: name, part: at + 1, parts: pages.length }),
      text,
      anilistIds: here.map(({ anime }) => anime.anilistId),
      cover: only ? coverFor(only.anime, reader) : null,
    };
  });
}

function section(season: SeasonSongs, reader: Reader): Section {
  const { say } = reader;
  const groups = [
    { heading: bold(say.markdown("songs.openings")), items: texts(season.openings, season, reader) },
    { heading: bold(say.markdown("songs.endings")), items: texts(season.endings, season, reader) },
  ].filter(({ items }) => items.length > 0);
  return {
    heading: seasonHeading(season, false, reader),
    continued: seasonHeading(season, true, reader),
    groups: groups.length > 0 ? groups : [{ heading: null, items: [noSongs(season, reader)] }],
  };
}

/** "None is known" and "none may be shown here" are different things. */
function noSongs({ openings, endings }: SeasonSongs, { say }: Reader): Markdown {
  const count = [...openings, ...endings].reduce((sum, { versions }) => sum + versions.length, 0);
  return count === 0 ? say.markdown("song.none") : say.markdown("songs.omitted-nsfw", { count });
}

function texts(themes: readonly Theme[], { anime }: SeasonSongs, reader: Reader): readonly Markdown[] {
  const context = { reader, phrases: songPhrases(reader.say), isAdult: anime.isAdult, siblings: themes.length };
  return themes.filter((theme) => isShown(theme, reader)).map((theme) => themeText(theme, context));
}
