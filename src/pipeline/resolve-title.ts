import type { AnilistId, Anime } from "../domain/anime.ts";
import { OpfindError } from "../errors.ts";
import type { AnimeMemory } from "./ports.ts";

/** Finds the anime that a person means. @throws OpfindError usage | title-unknown | title-ambiguous | source-… | aborted */
export type ResolveTitle = (text: string, signal: AbortSignal) => Promise<AnilistId>;

/** As many as a person reads through. */
const MAX_CANDIDATES = 10;

/**
 * An AniList id stands for itself; a title must be hit in one of its languages or synonyms, by exactly one anime.
 * Anything less certain is asked back with candidates, never guessed.
 */
export function openResolveTitle(sources: readonly Pick<AnimeMemory, "name" | "searchTitle">[]): ResolveTitle {
  return async (text, signal) => {
    const wanted = text.trim();
    if (wanted === "") throw new OpfindError("usage", "A title or an AniList id is needed.");
    if (/^\d{1,9}$/.test(wanted)) return Number(wanted);
    const isExact = (anime: Anime) => isNamed(anime, (name) => name === plain(wanted));
    const { found, failure } = await search(wanted, { sources, isExact }, signal);
    const exact = found.filter(isExact);
    const [hit, other] = exact;
    if (hit && !other) return hit.anilistId;
    const [only] = found.length === 1 ? found : [];
    if (only && isNamed(only, (name) => name.includes(plain(wanted)))) return only.anilistId;
    if (found.length > 0) throw ambiguous(wanted, other ? exact : found);
    // While a source is down, "nobody knows it" would be a guess.
    throw failure ?? new OpfindError("title-unknown", `No anime is called "${wanted}".`);
  };
}

interface Search {
  readonly sources: readonly Pick<AnimeMemory, "searchTitle">[];
  readonly isExact: (anime: Anime) => boolean;
}

/** What the first source that has the very title finds; where none has it, what the first finds that finds anything. */
async function search(title: string, { sources, isExact }: Search, signal: AbortSignal) {
  let failure: OpfindError | null = null;
  let nearest: readonly Anime[] = [];
  for (const source of sources) {
    try {
      const found = await source.searchTitle(title, MAX_CANDIDATES, signal);
      if (found.some(isExact)) return { found, failure };
      if (nearest.length === 0) nearest = found;
    } catch (error) {
      if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
      failure ??= error;
    }
  }
  return { found: nearest, failure };
}

function isNamed({ title, synonyms }: Anime, fits: (plainName: string) => boolean): boolean {
  const names = [title.romaji, title.english, title.native, ...synonyms];
  return names.some((name) => name !== null && fits(plain(name)));
}

/** Letters and digits only, without case, width or accents: "Haikyū!!" is "haikyu". Kana keep their marks. */
function plain(text: string): string {
  const bare = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase();
  const letters = bare.replace(/[^\p{L}\p{N}]/gu, "");
  return letters === "" ? text.trim() : letters;
}

function ambiguous(wanted: string, candidates: readonly Anime[]): OpfindError {
  const lines = candidates.map(({ anilistId, title, format, startDate }) => {
    const about = [format, startDate.year].filter((fact) => fact !== null).join(", ");
    return `${anilistId}: ${title.romaji}${about ? ` (${about})` : ""}`;
  });
  const message = `"${wanted}" may be any of ${candidates.length} anime; give the number instead:\n  ${lines.join("\n  ")}`;
  return new OpfindError("title-ambiguous", message, { details: { candidates: lines.join("\n") } });
}
