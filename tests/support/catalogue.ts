/** One anime of the catalogue that the local upstreams serve, in AniList's words; songs are MyAnimeList's strings. */
export interface CatalogueAnime {
  readonly anilistId: number;
  readonly malId: number | null;
  readonly title: { readonly romaji: string; readonly english: string | null; readonly native: string | null };
  readonly synonyms: readonly string[];
  readonly format: string | null;
  readonly status: string;
  readonly episodes: number | null;
  readonly startDate: { readonly year: number | null; readonly month: number | null; readonly day: number | null };
  readonly relations: readonly CatalogueRelation[];
  readonly openings: readonly string[];
  readonly endings: readonly string[];
  /** AnimeThemes knows its MyAnimeList id, but not AniList's */
  readonly isOnlyByMal?: boolean;
  readonly isAdult?: boolean;
  /** songs whose videos AnimeThemes marks as NSFW */
  readonly nsfw?: readonly string[];
}

export interface CatalogueRelation {
  readonly kind: string;
  readonly anilistId: number;
  readonly type: "ANIME" | "MANGA";
}

export type Catalogue = ReadonlyMap<number, CatalogueAnime>;

export function catalogueOf(anime: readonly CatalogueAnime[]): Catalogue {
  return new Map(anime.map((one) => [one.anilistId, one]));
}

/** An anime of an invented show; what is not said is usual. */
export function invented(
  anilistId: number,
  romaji: string,
  more: Partial<Omit<CatalogueAnime, "relations">> & { relations?: Readonly<Record<string, readonly number[]>> } = {},
): CatalogueAnime {
  const { relations = {}, ...rest } = more;
  return {
    anilistId,
    malId: anilistId + 50_000,
    title: { romaji, english: null, native: null },
    synonyms: [],
    format: "TV",
    status: "FINISHED",
    episodes: 12,
    startDate: { year: 2000 + (anilistId % 100), month: 4, day: 1 },
    openings: [],
    endings: [],
    ...rest,
    relations: Object.entries(relations).flatMap(([kind, ids]) =>
      ids.map((id) => ({ kind, anilistId: id, type: kind === "ADAPTATION" ? ("MANGA" as const) : ("ANIME" as const) })),
    ),
  };
}

/** Three seasons with a film, an OVA chain and a recap; a lone film; a show that nobody catalogues songs of. */
export function inventedCatalogue(): Catalogue {
  return catalogueOf([
    invented(101, "Lantern Harbour", {
      title: { romaji: "Tourou no Minato", english: "Lantern Harbour", native: "灯籠の港" },
      synonyms: ["LanHar"],
      openings: [
        '#1: "Paper Boats (紙の舟)" by The Tidewriters (eps 1-7, 9-12)',
        '#2: "Lighthouse" by Mio Kase (ep 8)',
      ],
      endings: ['"Low Water" by Mio Kase'],
      relations: { SEQUEL: [102], SIDE_STORY: [111], SUMMARY: [120], ADAPTATION: [9001] },
    }),
    invented(102, "Tourou no Minato 2", {
      openings: ['"Second Tide" by The Tidewriters (eps 1-)'],
      endings: ['"Anchor &amp; Rope" by Mio Kase feat. Ren'],
      relations: { PREQUEL: [101], SEQUEL: [103] },
    }),
    invented(103, "Tourou no Minato Movie", {
      format: "MOVIE",
      openings: [],
      endings: ['"Ebb" by Mio Kase'],
      relations: { PREQUEL: [102], SEQUEL: [104] },
    }),
    invented(104, "Tourou no Minato 3", {
      status: "RELEASING",
      openings: ['"Third Tide" by The Tidewriters'],
      endings: ['"Moor" by Ren'],
      relations: { PREQUEL: [103] },
    }),
    invented(111, "Tourou no Minato OVA", {
      format: "OVA",
      endings: ['"Driftwood" by Ren'],
      relations: { PARENT: [101], SEQUEL: [112] },
    }),
    invented(112, "Tourou no Minato OVA 2", { format: "OVA", relations: { PREQUEL: [111] } }),
    invented(120, "Tourou no Minato Recap", { format: "SPECIAL", relations: { PARENT: [101] } }),
    invented(130, "Glass Orchard", {
      format: "MOVIE",
      isOnlyByMal: true,
      openings: ['"Orchard" by Glassworks'],
      endings: ['"Windfall" by Glassworks'],
    }),
    invented(140, "Silent Comet", { malId: null }),
    invented(150, "Double Name", { title: { romaji: "Double Name", english: null, native: null } }),
    invented(151, "Double Name", { title: { romaji: "Double Name", english: null, native: null } }),
  ]);
}
