import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Catalogue, type CatalogueAnime, type CatalogueRelation, catalogueOf } from "./catalogue.ts";

/** The graph of 2018 (MyAnimeList's relations and songs) under AniList's ids, as the id map pairs them. */
export function readCatalogue2018(sharedDir: string): Catalogue {
  const anilistIds = readIdMap(sharedDir);
  const rows: Row[] = readLines(join(sharedDir, "data/themes/mal-themes-2018.jsonl"));
  return catalogueOf(rows.flatMap((row) => toCatalogue(row, anilistIds)));
}

interface Row {
  readonly mal_id: number;
  readonly title: string;
  readonly title_english: string | null;
  readonly title_japanese: string | null;
  readonly title_synonyms: string | null;
  readonly type: string;
  readonly episodes: number | null;
  readonly aired: string | null;
  /** an empty array stands for "none" */
  readonly related:
    | Readonly<Record<string, readonly { readonly mal_id: number; readonly type: string }[]>>
    | readonly [];
  readonly openings: readonly string[];
  readonly endings: readonly string[];
}

function readLines<T>(file: string): T[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function readIdMap(sharedDir: string): ReadonlyMap<number, number> {
  const rows = readLines<{ anilist?: number[]; mal?: number[] }>(join(sharedDir, "data/anime-id-map-2026-06-30.jsonl"));
  return new Map(
    rows.flatMap(({ anilist = [], mal = [] }) => mal.flatMap((id) => anilist.map((to) => [id, to] as const))),
  );
}

function toCatalogue(row: Row, anilistIds: ReadonlyMap<number, number>): readonly CatalogueAnime[] {
  const anilistId = anilistIds.get(row.mal_id);
  if (anilistId === undefined) return [];
  const aired = row.aired ?? "";
  return [
    {
      anilistId,
      malId: row.mal_id,
      title: { romaji: row.title, english: row.title_english || null, native: row.title_japanese || null },
      synonyms: (row.title_synonyms ?? "").split(", ").filter((synonym) => synonym !== ""),
      format: row.type.toUpperCase(),
      status: aired.endsWith("to ?") ? "RELEASING" : "FINISHED",
      episodes: row.episodes || null,
      startDate: parseDate(aired.split(" to ")[0] ?? ""),
      relations: toRelations(row.related, anilistIds),
      openings: row.openings,
      endings: row.endings,
    },
  ];
}

/** MyAnimeList's names → AniList's. */
const KINDS: Readonly<Record<string, string>> = {
  Sequel: "SEQUEL",
  Prequel: "PREQUEL",
  "Side story": "SIDE_STORY",
  "Parent story": "PARENT",
  "Full story": "PARENT",
  Summary: "SUMMARY",
  "Spin-off": "SPIN_OFF",
  "Alternative version": "ALTERNATIVE",
  "Alternative setting": "ALTERNATIVE",
  Character: "CHARACTER",
  Other: "OTHER",
};

function toRelations(related: Row["related"], anilistIds: ReadonlyMap<number, number>): readonly CatalogueRelation[] {
  return Object.entries(related).flatMap(([name, targets]) =>
    targets.flatMap(({ mal_id, type }) => {
      const kind = KINDS[name];
      if (type !== "anime" || kind === undefined)
        return { kind: "ADAPTATION", anilistId: 1_000_000 + mal_id, type: "MANGA" as const };
      const anilistId = anilistIds.get(mal_id);
      return anilistId === undefined ? [] : { kind, anilistId, type: "ANIME" as const };
    }),
  );
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "Jan 13, 2012", "Jan, 2012", "2012" or nothing. */
function parseDate(text: string): CatalogueAnime["startDate"] {
  const match = /^(?:([A-Z][a-z]{2})(?: (\d{1,2}))?, )?(\d{4})$/.exec(text);
  if (!match) return { year: null, month: null, day: null };
  const month = match[1] ? MONTHS.indexOf(match[1]) + 1 : null;
  return { year: Number(match[3]), month, day: match[2] ? Number(match[2]) : null };
}
