import MiniSearch from "minisearch";
import type { AnilistId } from "../domain/anime.ts";
import type { SnapshotRow } from "./snapshot-file.ts";

/** Fuzzy title search over romaji, English, native titles and synonyms. */
export interface TitleSearch {
  /** ids, best first; an exact title stands before all others */
  find(title: string, limit: number): readonly AnilistId[];
}

const FIELDS = ["romaji", "english", "native", "synonyms"];
/** Longer queries are no titles; MiniSearch's fuzzy search grows with the number of words. */
const MAX_WORDS = 16;
const MAX_CHARACTERS = 300;
/** How many fuzzy hits are compared letter by letter. */
const MAX_HITS = 100;
/** Below this likeness (0–1) a hit shares a word by chance: "your name" and "Free!: Take Your Marks". */
const MIN_LIKENESS = 0.35;

export function buildTitleSearch(rows: Iterable<SnapshotRow>): TitleSearch {
  const all = [...rows];
  const byId = new Map(all.map((row) => [row.id, row]));
  const index = new MiniSearch<SnapshotRow>({
    fields: FIELDS,
    tokenize: words,
    extractField: (row, field) => (field === "id" ? row.id : fieldTitles(row, field).join(" ")),
  });
  index.addAll(all);
  return {
    find(title, limit) {
      const query = title.slice(0, MAX_CHARACTERS);
      const hits = fuzzyHits(index, words(query).slice(0, MAX_WORDS)).flatMap((id) => byId.get(id) ?? []);
      return rankByLikeness(hits, normalise(query)).slice(0, limit);
    },
  };
}

function fuzzyHits(index: MiniSearch<SnapshotRow>, terms: readonly string[]): readonly AnilistId[] {
  if (terms.length === 0) return [];
  const hits = index.search(terms.join(" "), {
    // Two-letter words and native bigrams have no room for a slip.
    fuzzy: (term) => (term.length > 3 ? 0.2 : false),
    prefix: (term, at, all) => at === all.length - 1 && term.length > 2,
    tokenize: words,
  });
  return hits.slice(0, MAX_HITS).map(({ id }) => Number(id));
}

/** An equal title has likeness 1 and stands first; of equally like ones the TV series, then the older one. */
function rankByLikeness(rows: readonly SnapshotRow[], query: string): readonly AnilistId[] {
  const scored = rows.map((row) => ({ row, likeness: bestLikeness(row, query) }));
  const close = scored.filter(({ likeness }) => likeness >= MIN_LIKENESS);
  const age = ({ format, date }: SnapshotRow) => (format === "TV" ? 0 : 10_000) + (date?.[0] ?? 9_999);
  close.sort((a, b) => b.likeness - a.likeness || age(a.row) - age(b.row) || a.row.id - b.row.id);
  return close.map(({ row }) => row.id);
}

function bestLikeness(row: SnapshotRow, query: string): number {
  const titles = FIELDS.flatMap((field) => fieldTitles(row, field)).map(normalise);
  return Math.max(0, ...titles.map((title) => likeness(title, query)));
}

/** Dice's coefficient of letter pairs; a title that holds the whole query counts at least half. */
function likeness(title: string, query: string): number {
  if (title === query) return 1;
  const [left, right] = [pairs(title), pairs(query)];
  const shared = [...right].filter((pair) => left.has(pair)).length;
  const dice = left.size + right.size === 0 ? 0 : (2 * shared) / (left.size + right.size);
  const isWithin = query.length > 1 && title.includes(query);
  return Math.min(0.999, isWithin ? Math.max(dice, 0.5 + query.length / title.length / 2) : dice);
}

function pairs(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.slice(1), (next, at) => `${text.charAt(at)}${next}`));
}

function fieldTitles(row: SnapshotRow, field: string): readonly string[] {
  if (field === "synonyms") return row.synonyms ?? [];
  const title = field === "romaji" ? row.romaji : field === "english" ? row.english : row.native;
  return title === undefined ? [] : [title];
}

/** Without case, accents, punctuation and width: "Haikyuu!!" is "haikyuu". */
function normalise(title: string): string {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^\p{L}\p{N}]/gu, "").normalize("NFC");
}

/** Words of Latin script; Japanese and Chinese, which write no blanks, by pairs of characters. */
function words(text: string): string[] {
  const plain = text.normalize("NFKC").toLowerCase().replace(/['’]/g, "");
  return (plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).flatMap((word) => {
    if (!/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word)) return [word];
    const characters = [...word];
    return characters.length < 2 ? [word] : characters.slice(1).map((next, at) => `${characters[at]}${next}`);
  });
}
